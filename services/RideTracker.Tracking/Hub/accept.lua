-- Takes a batch of checked reports of one partition: newer-wins check, history, live state, geo index, last-heard index, publish.
-- Atomic, and in this order: nothing is written before all arguments were looked at; the history first; then the live state.
--
-- KEYS: 1 geo, 2 heard, 3 history, 4 history-bytes; then for report i: 3+2i slot, 4+2i track
-- ARGV: 1 id of the batch, 2 most bytes of the history (0 = no history is kept), 3 shortest silence before stale (ms), 4 usual intervals before stale;
--       then for each report, its fixes ascending by time and no time twice:
--       driver, first time, last time, number of fixes, cell of the last, its lat, its lng, text of the last (FixText), text of all, places of all
--
-- Slot (hash): n, time, fix (newest, FixText), heard, interval, stale, gone, cell, late (times taken into the history only, "t;t"),
--              idle, dropoff, trackbytes (of all its track), and the trip's part (Protocol/Trips/slot.lua): trip, status, tripversion, shared, taken, over
-- Track (list): one element per change "n|t,lat,lng;t,lat,lng;", newest last. One that begins with '!' was shown but not kept in the history
--              (no room), so its fixes are no duplicates when they come again. A list and no string: on the embedded server each growing of a
--              string leaves its old copy behind in the log (docs/adr/0002).
--
-- Answer: for each report accepted, duplicates, newest time, 1 if the driver is on a trip; then 1 if the history had no room, else 0.
local PER_REPORT = 10
local TRACK_KEEP = 24000 -- bytes: more than the 500 fixes of the largest report, so that its repeat is known whole
local LATE_KEEP = 4000   -- times: twice what a phone may have in flight (Ingest:MaxFixesInFlight), since a backlog comes late
local reports = (#KEYS - 4) / 2
if #ARGV ~= 4 + reports * PER_REPORT then return redis.error_reply('BATCH arguments do not match the keys') end

local limit = tonumber(ARGV[2])
local least = tonumber(ARGV[3])
local intervals = tonumber(ARGV[4])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local format, floor = string.format, math.floor
local function text(number) return format('%d', floor(number)) end
local nowText = text(now)

-- The times that the hub has of a driver, as far back as its track and its late list go.
local function known(slot)
  if slot.known then return slot.known end
  local times = {}
  local track = redis.call('LRANGE', slot.trackKey, 0, -1)
  for i = 1, #track do
    if string.sub(track[i], 1, 1) ~= '!' then
      for time in string.gmatch(string.sub(track[i], string.find(track[i], '|', 1, true) + 1), '(%d+),[^;]*;') do times[time] = true end
    end
  end
  for i = 1, #slot.live do
    for time in string.gmatch(slot.live[i].places, '(%d+),[^;]*;') do times[time] = true end
  end
  for time in string.gmatch(slot.late, '%d+') do times[time] = true end
  slot.known = times
  return times
end

-- First pass: read and decide. A driver may stand in the batch more than once, so its slot is read once and carried along.
local slots, answer, history = {}, {}, {}
for i = 1, reports do
  local at = 4 + (i - 1) * PER_REPORT
  local key = KEYS[3 + 2 * i]
  local driver, first, last, count = ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  local fixes = ARGV[at + 9]
  if not (first and last and count and tonumber(ARGV[at + 6]) and tonumber(ARGV[at + 7])) then
    return redis.error_reply('BATCH report ' .. i .. ' has an argument that is no number')
  end
  local slot = slots[key]
  if not slot then
    local kept = redis.call('HMGET', key, 'n', 'time', 'heard', 'interval', 'stale', 'gone', 'cell', 'late', 'trip', 'over', 'idle', 'dropoff', 'tripversion', 'trackbytes')
    slot = {
      key = key, trackKey = KEYS[4 + 2 * i], driver = driver, n = tonumber(kept[1] or 0), time = tonumber(kept[2] or 0), heard = tonumber(kept[3] or 0),
      interval = tonumber(kept[4] or 0), stale = kept[5] == '1', gone = kept[6] == '1', cell = kept[7] or '', late = kept[8] or '',
      trip = (kept[9] and kept[9] ~= '' and kept[10] ~= '1') and kept[9] or '-', idle = kept[11] or '', dropoff = kept[12] or '0',
      version = kept[13] or '0', trackBytes = tonumber(kept[14] or 0), live = {},
    }
    slots[key] = slot
    slots[#slots + 1] = slot
  end

  local accepted, duplicates = 0, 0
  local newer, places = '', ''
  if first > slot.time then
    -- All of it is newer than what the hub has: the usual case, nothing to cut apart.
    accepted, newer, places = count, fixes, ARGV[at + 10]
    if slot.known then
      for time in string.gmatch(places, '(%d+),[^;]*;') do slot.known[time] = true end
    end
  else
    local times = known(slot)
    local taken, live, livePlaces = {}, {}, {}
    for fix in string.gmatch(fixes, '[^;]+;') do
      local time = string.match(fix, '^%d+')
      if times[time] then
        duplicates = duplicates + 1
      else
        accepted = accepted + 1
        times[time] = true
        taken[#taken + 1] = fix
        if tonumber(time) > slot.time then
          live[#live + 1] = fix
          livePlaces[#livePlaces + 1] = string.match(fix, '^[^,]+,[^,]+,[^,;]+') .. ';'
        else
          slot.lateTimes = slot.lateTimes or {}
          slot.lateTimes[#slot.lateTimes + 1] = time
        end
      end
    end
    fixes, newer, places = table.concat(taken), table.concat(live), table.concat(livePlaces)
  end
  if newer ~= '' then
    slot.time = last
    slot.live[#slot.live + 1] = { fixes = newer, places = places }
    slot.newest = { cell = ARGV[at + 5], lat = ARGV[at + 6], lng = ARGV[at + 7], fix = ARGV[at + 8] }
  end
  if accepted > 0 then history[#history + 1] = driver .. ' ' .. nowText .. ' ' .. fixes .. '\n' end
  answer[#answer + 1] = accepted
  answer[#answer + 1] = duplicates
  answer[#answer + 1] = slot
  answer[#answer + 1] = slot.trip == '-' and 0 or 1
end

-- Second pass: the history, all or nothing.
local full = 0
if limit > 0 and #history > 0 then
  local element = ARGV[1] .. '\n' .. table.concat(history)
  if tonumber(redis.call('GET', KEYS[4]) or 0) + #element > limit then
    full = 1
  else
    redis.call('RPUSH', KEYS[3], element)
    redis.call('INCRBY', KEYS[4], #element)
  end
end

-- Third pass: the live state.
local geo, heard = {}, {}
local tag = string.match(KEYS[1], '^{[^}]*}')
for i = 1, #slots do
  local slot = slots[i]
  -- Late fixes that found no room in the history come again, and must not be known then.
  if slot.lateTimes and full == 0 then
    local late = {}
    for time in string.gmatch(slot.late, '%d+') do late[#late + 1] = time end
    for j = 1, #slot.lateTimes do late[#late + 1] = slot.lateTimes[j] end
    redis.call('HSET', slot.key, 'late', table.concat(late, ';', math.max(1, #late - LATE_KEEP + 1)))
  end
  -- How often it reports: a moving mean that a single long gap can raise fourfold at most.
  local interval = slot.interval
  if slot.heard > 0 and now > slot.heard then
    local spacing = math.min(now - slot.heard, 120000)
    if interval == 0 then interval = spacing else interval = interval + (math.min(spacing, 4 * interval + 1000) - interval) / 4 end
  end
  if slot.newest then
    local fixes, places = {}, {}
    for j = 1, #slot.live do
      fixes[j] = slot.live[j].fixes
      places[j] = slot.live[j].places
    end
    local n = text(math.max(slot.n + 1, now))
    local newest = slot.newest
    if slot.idle == '' or slot.gone then slot.idle, slot.changed = nowText, true end
    if slot.gone then
      redis.call('PERSIST', slot.key)
      redis.call('PERSIST', slot.trackKey)
    end
    local line = (full == 1 and '!' or '') .. n .. '|' .. table.concat(places)
    local trackBytes = slot.trackBytes + #line
    redis.call('RPUSH', slot.trackKey, line)
    -- At least this line stays, however long it is.
    while trackBytes > TRACK_KEEP and trackBytes > #line do
      local oldest = redis.call('LPOP', slot.trackKey)
      -- A track that was lost without its slot (another engine's expiry): count anew, or it would stay empty for ever.
      if not oldest then
        redis.call('RPUSH', slot.trackKey, line)
        trackBytes = #line
        break
      end
      trackBytes = trackBytes - #oldest
    end
    -- What seldom changes is written only then: each field costs.
    if slot.changed or slot.stale or slot.gone or slot.cell ~= newest.cell then
      redis.call('HSET', slot.key, 'n', n, 'time', text(slot.time), 'fix', newest.fix, 'heard', nowText, 'interval', text(interval), 'trackbytes', text(trackBytes),
        'stale', '', 'gone', '', 'cell', newest.cell, 'idle', slot.idle)
    else
      redis.call('HSET', slot.key, 'n', n, 'time', text(slot.time), 'fix', newest.fix, 'heard', nowText, 'interval', text(interval), 'trackbytes', text(trackBytes))
    end
    geo[#geo + 1] = newest.lng
    geo[#geo + 1] = newest.lat
    geo[#geo + 1] = slot.driver
    heard[#heard + 1] = text(now + math.max(least, intervals * interval))
    heard[#heard + 1] = slot.driver
    local message = table.concat({ 'f', text(slot.n), n, slot.trip, slot.driver, newest.cell, nowText, text(interval), slot.version, slot.idle, slot.dropoff }, ' ')
      .. '\n' .. table.concat(fixes)
    redis.call('PUBLISH', tag .. ':driver:' .. slot.driver, message)
    redis.call('PUBLISH', tag .. ':cell:' .. newest.cell, message)
    if slot.cell ~= '' and slot.cell ~= newest.cell then redis.call('PUBLISH', tag .. ':cell:' .. slot.cell, message) end
  elseif slot.time > 0 and not slot.stale and not slot.gone then
    -- A backlog moves nothing on the map, but whoever sends it is not silent.
    redis.call('HSET', slot.key, 'heard', nowText)
    heard[#heard + 1] = text(now + math.max(least, intervals * interval))
    heard[#heard + 1] = slot.driver
  end
end

-- Both indexes in one command for all drivers; in pieces, since Lua unpacks some 8,000 values at the most.
for i = 1, #geo, 1500 do redis.call('GEOADD', KEYS[1], unpack(geo, i, math.min(#geo, i + 1499))) end
for i = 1, #heard, 1000 do redis.call('ZADD', KEYS[2], unpack(heard, i, math.min(#heard, i + 999))) end

for i = 1, reports do answer[4 * i - 1] = text(answer[4 * i - 1].time) end
answer[#answer + 1] = full
return answer
