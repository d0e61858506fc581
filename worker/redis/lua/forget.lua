-- Unguarded, for people: the partition looks as if Redis had lost it. Whatever its owner asks next is refused (absent),
-- so it claims the partition and fills the other side from the start; a fill into this side is refused, one into the
-- other side goes on. The states stay until FINISH has switched sides. Again: nothing changes.

return {redis.call('HDEL', KEYS[1], 'nonce', 'position')}
