-- Answers {ms since 1970 as text, maxmemory-policy}. CONFIG is often forbidden, INFO is not.

local time = redis.call('TIME')
local policy = string.match(redis.call('INFO', 'memory'), 'maxmemory_policy:([%w-]+)')
return {string.format('%d%03d', tonumber(time[1]), math.floor(tonumber(time[2]) / 1000)), policy or ''}
