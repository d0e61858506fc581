-- ARGV: owner, chunk, fresh (1 or 0), records.

local fresh = ARGV[3] == '1'
local refused = owner_refuses() or chunk_refuses(ARGV[2], fresh)
if refused then
    return redis.status_reply(refused)
end
if fresh and ARGV[2] == '0' then
    redis.call('UNLINK', KEYS[other], KEYS[other + 1], KEYS[other + 2])
end
apply(fresh and other or present, 4)
redis.call('HINCRBY', KEYS[1], 'chunks', 1)
return redis.status_reply('OK')
