-- ARGV: owner, number of nonces, nonces, keys. Answers lists of values, absent ones nil.

local keys = 3 + tonumber(ARGV[2])
local refused = owner_refuses() or position_refuses(3, keys - 1)
if refused then
    return redis.status_reply(refused)
end
local answer = {}
for at = keys, #ARGV, 7000 do
    answer[#answer + 1] = redis.call('HMGET', KEYS[present], unpack(ARGV, at, math.min(at + 6999, #ARGV)))
end
return answer
