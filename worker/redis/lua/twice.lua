-- WRITE and FILL run twice around their records, which are plain commands: Lua would copy each. First alone, behind WATCH
-- and in front of MULTI (ARGV[3] is '0'): a refusal touches the watched position, so that EXEC does nothing. Then behind
-- the records, within EXEC ('1'), where the position moves. A refusal there means that the first run failed with an
-- error (Redis was busy, say) which was over when MULTI came, or that Redis loaded an older copy in between: the records
-- are in, wrongly. Then the partition looks as if Redis had lost it, and its owner fills it anew.

local behind = ARGV[3] == '1'

local function refuse(reason)
    if behind then
        redis.call('HDEL', KEYS[1], 'nonce', 'position', 'chunks')
    else
        redis.call('HSET', KEYS[1], 'refused', 1)
        redis.call('HDEL', KEYS[1], 'refused')
    end
    return redis.status_reply(reason)
end

-- EXEC goes on behind a command that failed, which is one on a key that another program made.
local function type_refuses(base)
    local kinds = {'hash', 'zset', 'zset'}
    for at = 0, 2 do
        local kind = redis.call('TYPE', KEYS[base + at])['ok']
        if kind ~= 'none' and kind ~= kinds[at + 1] then
            return 'type'
        end
    end
    return nil
end
