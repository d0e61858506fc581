-- ARGV: owner, number of nonces, nonces, lower bound as ZRANGEBYLEX takes it, limit. Answers account ids by bytes:
-- all scores are 0.

local rest = 3 + tonumber(ARGV[2])
local refused = owner_refuses() or position_refuses(3, rest - 1)
if refused then
    return redis.status_reply(refused)
end
return redis.call('ZRANGEBYLEX', KEYS[present + 2], ARGV[rest], '+', 'LIMIT', 0, ARGV[rest + 1])
