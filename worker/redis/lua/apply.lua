-- Applies a block of records, written by request_put_records. ARGV[first..first+7] are the counts of eight lists that
-- follow in this order; `base` is the state key of the side to write to, due and held come after it.
--   1 pairs key, value to set, of which 2, the last ones, are accounts in no index
--   3 keys to delete, of which 4, the last ones, are accounts
--   5 pairs due_at, account; 6 accounts no longer due
--   7 pairs 0, account that are held; 8 accounts no longer held

local CHUNK = 7000 -- unpack takes 8,000 values at most; even, so that pairs stay together

local function each(command, key, first, count)
    local last = first + count - 1
    for at = first, last, CHUNK do
        redis.call(command, key, unpack(ARGV, at, math.min(at + CHUNK - 1, last)))
    end
end

-- Takes the accounts whose keys are every `step`th argument from `first` out of both indexes.
local function forget(base, first, last, step)
    for index = base + 1, base + 2 do
        if redis.call('EXISTS', KEYS[index]) == 1 then
            local ids = {}
            for at = first, last, step do
                ids[#ids + 1] = string.sub(ARGV[at], 3) -- without a:
                if #ids == CHUNK or at + step > last then
                    redis.call('ZREM', KEYS[index], unpack(ids))
                    ids = {}
                end
            end
        end
    end
end

local function apply(base, first)
    local count = {}
    for at = 0, 7 do
        count[at + 1] = tonumber(ARGV[first + at])
    end
    local state, due, held = KEYS[base], KEYS[base + 1], KEYS[base + 2]
    local at = first + 8
    each('HSET', state, at, 2 * count[1])
    at = at + 2 * count[1]
    forget(base, at - 2 * count[2], at - 1, 2)
    each('HDEL', state, at, count[3])
    at = at + count[3]
    forget(base, at - count[4], at - 1, 1)
    each('ZADD', due, at, 2 * count[5])
    at = at + 2 * count[5]
    each('ZREM', due, at, count[6])
    at = at + count[6]
    each('ZADD', held, at, 2 * count[7])
    at = at + 2 * count[7]
    each('ZREM', held, at, count[8])
end
