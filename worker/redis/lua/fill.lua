-- ARGV: owner, side, 0 or 1 (twice.lua), chunk, fresh (1 or 0).

local fresh = ARGV[5] == '1'
local refused = owner_refuses() or side_refuses() or chunk_refuses(ARGV[4], fresh) or type_refuses(fresh and other or present)
if refused then
    return refuse(refused)
end
if behind then
    redis.call('HINCRBY', KEYS[1], 'chunks', 1)
end
return redis.status_reply('OK')
