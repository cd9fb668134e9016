-- Writes what a trip has without its driver, numbers the change, and tells the trip's watchers to read.
-- KEYS: 1 trip:{TRIP}, 2 route:{TRIP}
-- ARGV: 1 trip, 2 channel, 3 number to be at least (0 = none), 4 status, 5 version, 6 driver or '', 7 shared part, 8 '1' if over,
--       9 while queued, if known: when the driver will be there (Unix ms) and from how far, "ms,metres"; else ''
-- Answer: its number, or -1 for a write older than the kept one.
local kept = redis.call('HMGET', KEYS[1], 'n', 'version', 'over')
local n = tonumber(kept[1] or 0)
local version = tonumber(kept[2] or 0)
if tonumber(ARGV[5]) < version or (kept[3] == '1' and ARGV[8] ~= '1') then return -1 end
-- A repeat of the end: riders may hold its number as their cursor, and its time is when it ended.
if kept[3] == '1' and tonumber(ARGV[5]) == version then return n end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
-- An ended trip has the very number that its driver's slot gave the final state.
local least = tonumber(ARGV[3])
if least > 0 then n = math.max(n, least) else n = math.max(n + 1, now) end

redis.call('HSET', KEYS[1], 'n', string.format('%.0f', n), 'status', ARGV[4], 'version', ARGV[5], 'driver', ARGV[6], 'shared', ARGV[7], 'over', ARGV[8], 'eta', ARGV[9])
if ARGV[8] == '1' then
  redis.call('HSET', KEYS[1], 'end', string.format('%.0f', now))
  -- Late riders learn for 24 h that it is over (protocol.md section 3), with an hour to spare.
  redis.call('PEXPIRE', KEYS[1], 90000000)
  redis.call('DEL', KEYS[2])
else
  -- A trip that nobody ends or changes for a week was forgotten by its writer.
  redis.call('PEXPIRE', KEYS[1], 604800000)
end
redis.call('PUBLISH', ARGV[2], string.format('%.0f', n))
return n
