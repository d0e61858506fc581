-- ARGV: owner, expected nonce, new nonce, position, records.

local refused = owner_refuses() or position_refuses(2, 2)
if refused then
    return redis.status_reply(refused)
end
apply(present, 5)
redis.call('HSET', KEYS[1], 'nonce', ARGV[3], 'position', ARGV[4])
return redis.status_reply('OK')
