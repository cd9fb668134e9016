-- Notes a time in which a driver is off duty; while it lasts the driver is gone for viewports and riders, and accept.lua refuses its fixes.
-- KEYS: 1 slot, 2 track, 3 geo, 4 heard
-- ARGV: 1 driver, 2 driver channel, 3 cell channel without the cell, 4 from (Unix ms), 5 to (Unix ms), '' while it lasts
-- Answer: 1 written, 0 nothing to do, -1 the driver is on a trip: nothing was written.
--
-- Slot field off: "FROM-TO;FROM-TO;FROM-;", oldest first; the last one has no end while the driver is off duty.
local KEEP = 16           -- spells
local WEEK = 604800000    -- no fix is taken that is older (Ingest:Checks:MaxAge)
local slot = redis.call('HMGET', KEYS[1], 'n', 'off', 'trip', 'over', 'cell', 'gone', 'time')
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local from, to = tonumber(ARGV[4]), tonumber(ARGV[5])

local spells, known, last = {}, false, 0
for first, ended in string.gmatch(slot[2] or '', '(%d+)%-(%d*);') do
  local spell = { tonumber(first), tonumber(ended) }
  if spell[1] == from then
    -- Its end stands once it is known.
    if spell[2] or not to then return 0 end
    spell[2] = to
    known = true
  end
  spells[#spells + 1] = spell
  last = spell[1]
end
if not known then
  if not to and from > last and slot[3] and slot[3] ~= '' and slot[4] ~= '1' then return -1 end
  local at = #spells + 1
  while at > 1 and spells[at - 1][1] > from do at = at - 1 end
  table.insert(spells, at, { from, to })
end

local kept, open = {}, false
for i = math.max(1, #spells - KEEP + 1), #spells do
  local spell = spells[i]
  -- Whoever began another spell had ended the one before: its end was lost on the way.
  local ended = spell[2] or (spells[i + 1] and spells[i + 1][1])
  if not ended or ended > now - WEEK then
    kept[#kept + 1] = string.format('%.0f', spell[1]) .. '-' .. (ended and string.format('%.0f', ended) or '') .. ';'
  end
  open = not ended
end
redis.call('HSET', KEYS[1], 'off', table.concat(kept))
-- A slot is there once it has a number.
local previous = tonumber(slot[1] or 0)
local shown = slot[7] and slot[6] ~= '1'
if previous == 0 or (open and shown) then redis.call('HSET', KEYS[1], 'n', string.format('%.0f', math.max(previous + 1, now))) end
if open then
  -- Not to be forgotten, however long it lasts.
  redis.call('PERSIST', KEYS[1])
  redis.call('ZREM', KEYS[3], ARGV[1])
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('HSET', KEYS[1], 'gone', '1')
  redis.call('PEXPIRE', KEYS[2], WEEK)
  if shown then
    local message = 'g ' .. string.format('%.0f', previous) .. ' ' .. string.format('%.0f', math.max(previous + 1, now)) .. ' - ' .. ARGV[1]
    redis.call('PUBLISH', ARGV[2], message)
    if slot[5] and slot[5] ~= '' then redis.call('PUBLISH', ARGV[3] .. slot[5], message) end
  end
elseif not shown and (not slot[3] or slot[3] == '' or slot[4] == '1') then
  -- Until it is heard again; as long as fixes of the spell may still come.
  redis.call('HSET', KEYS[1], 'gone', '1')
  redis.call('PEXPIRE', KEYS[1], WEEK)
  redis.call('PEXPIRE', KEYS[2], WEEK)
end
return 1
