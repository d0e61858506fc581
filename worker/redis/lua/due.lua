-- ARGV: owner, number of nonces, nonces, now, limit. Answers account ids, earliest first.

local rest = 3 + tonumber(ARGV[2])
local refused = owner_refuses() or position_refuses(3, rest - 1)
if refused then
    return redis.status_reply(refused)
end
return redis.call('ZRANGEBYSCORE', KEYS[present + 1], '-inf', ARGV[rest], 'LIMIT', 0, ARGV[rest + 1])
