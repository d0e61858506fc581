-- ARGV: owner, side, 0 or 1 (twice.lua), expected nonce, new nonce, position.

local refused = owner_refuses() or side_refuses() or position_refuses(4, 4) or type_refuses(present)
if refused then
    return refuse(refused)
end
if behind then
    redis.call('HSET', KEYS[1], 'nonce', ARGV[5], 'position', ARGV[6])
end
return redis.status_reply('OK')
