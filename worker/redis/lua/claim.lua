-- ARGV: owner. Answers {position, nonce, side}, the first two empty when there is none. Ends whatever fill another owner
-- had begun.

local stored = redis.call('HMGET', KEYS[1], 'position', 'nonce', 'side')
local other = stored[3] == 'b' and 2 or 5
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'chunks', 0)
redis.call('UNLINK', KEYS[other], KEYS[other + 1], KEYS[other + 2])
return {stored[1] or '', stored[2] or '', stored[3] or 'a'}
