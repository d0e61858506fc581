-- Prelude of every guarded script. Answers are a status (OK, or the guard that refused: absent, owner, side,
-- position, chunk, type) or data; nothing is written before all guards have passed.
--
-- KEYS: 1 position; 2, 3, 4 state, due, held of side a; 5, 6, 7 the same of side b. All of one partition share a hash
-- tag. The position hash holds owner, nonce, position, side (the one that readers see; none: a), chunks.
-- ARGV[1]: owner.

local stored = redis.call('HMGET', KEYS[1], 'owner', 'nonce', 'side', 'chunks')
local stored_owner, stored_nonce, stored_side, stored_chunks = stored[1], stored[2], stored[3], stored[4]

local present, other = 2, 5
if stored_side == 'b' then
    present, other = 5, 2
end

-- What is absent never matches: a store that lost its data must not look like a new one.
local function owner_refuses()
    if not stored_owner then
        return 'absent'
    end
    if stored_owner ~= ARGV[1] then
        return 'owner'
    end
    return nil
end

-- ARGV[2] must be the side that readers see: what is no script names its keys by it.
local function side_refuses()
    if (stored_side or 'a') ~= ARGV[2] then
        return 'side'
    end
    return nil
end

-- The stored nonce must be one of ARGV[first..last].
local function position_refuses(first, last)
    if not stored_nonce then
        return 'absent'
    end
    for at = first, last do
        if ARGV[at] == stored_nonce then
            return nil
        end
    end
    return 'position'
end

-- `chunk` chunks must have come before; what is not fresh builds on a position.
local function chunk_refuses(chunk, fresh)
    if not fresh and not stored_nonce then
        return 'absent'
    end
    if tonumber(stored_chunks) ~= tonumber(chunk) then
        return 'chunk'
    end
    return nil
end
