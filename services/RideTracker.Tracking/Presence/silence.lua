-- Turns one silent driver stale, and a stale one gone, if its time has come: any node may ask, one of them does it.
-- KEYS: 1 slot, 2 track, 3 geo, 4 heard
-- ARGV: 1 driver, 2 driver channel, 3 cell channel without the cell, 4 silence until gone (ms), 5 how long a gone driver's slot is kept (ms)
-- Answer: 0 nothing to do, 1 stale, 2 gone
local due = redis.call('ZSCORE', KEYS[4], ARGV[1])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
if not due or tonumber(due) > now then return 0 end

local slot = redis.call('HMGET', KEYS[1], 'n', 'stale', 'cell', 'trip', 'over', 'heard', 'off')
if not slot[1] then
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('ZREM', KEYS[3], ARGV[1])
  return 0
end
local previous = tonumber(slot[1])
local n = string.format('%.0f', math.max(previous + 1, now))
local trip = (slot[4] and slot[4] ~= '' and slot[5] ~= '1') and slot[4] or '-'
local kind = slot[2] == '1' and 'g' or 's'
local message = kind .. ' ' .. string.format('%.0f', previous) .. ' ' .. n .. ' ' .. trip .. ' ' .. ARGV[1]
if kind == 's' then
  redis.call('HSET', KEYS[1], 'n', n, 'stale', '1')
  redis.call('ZADD', KEYS[4], string.format('%.0f', math.max(now + 1000, tonumber(slot[6] or 0) + tonumber(ARGV[4]))), ARGV[1])
else
  redis.call('HSET', KEYS[1], 'n', n, 'gone', '1')
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('ZREM', KEYS[3], ARGV[1])
  -- Times off duty (Protocol/Drivers/duty.lua) are known as long as fixes from then may come.
  redis.call('PEXPIRE', KEYS[1], (slot[7] or '') == '' and ARGV[5] or string.format('%.0f', math.max(604800000, tonumber(ARGV[5]))))
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
end
redis.call('PUBLISH', ARGV[2], message)
if slot[3] and slot[3] ~= '' then redis.call('PUBLISH', ARGV[3] .. slot[3], message) end
return kind == 's' and 1 or 2
