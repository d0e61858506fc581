-- Unguarded, for people. Answers {position, owner, chunks of the fill, states that readers see, states of the other
-- side}: how far a roll forward is.

local stored = redis.call('HMGET', KEYS[1], 'side', 'position', 'owner', 'chunks')
local present, other = 2, 5
if stored[1] == 'b' then
    present, other = 5, 2
end
return {
    stored[2] or '', stored[3] or '', tonumber(stored[4] or 0),
    redis.call('HLEN', KEYS[present]), redis.call('HLEN', KEYS[other]),
}
