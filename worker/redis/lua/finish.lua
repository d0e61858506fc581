-- ARGV: owner, number of chunks, fresh (1 or 0), new nonce, position.

local fresh = ARGV[3] == '1'
local refused = owner_refuses() or chunk_refuses(ARGV[2], fresh)
if refused then
    return redis.status_reply(refused)
end
if fresh then
    redis.call('UNLINK', KEYS[present], KEYS[present + 1], KEYS[present + 2])
    redis.call('HSET', KEYS[1], 'side', other == 5 and 'b' or 'a')
end
redis.call('HSET', KEYS[1], 'nonce', ARGV[4], 'position', ARGV[5])
return redis.status_reply('OK')
