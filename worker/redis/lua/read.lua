-- ARGV: owner, side, nonces. Guards the HMGET in front of it, which is a plain command since Lua would copy each value.
-- The position is watched since before it, and EXEC of nothing tells whether it was touched until behind this guard: by
-- another copy of the data, or on a replica by what comes from the primary.

return redis.status_reply(owner_refuses() or side_refuses() or position_refuses(3, #ARGV) or 'OK')
