-- Takes a batch of checked reports of one partition: newer-wins check, history, live state, geo index, last-heard index, publish.
-- Atomic, and in this order: nothing is written before all arguments were looked at; the history first; then the live state.
--
-- KEYS: 1 geo, 2 heard, 3 history, 4 history-bytes, 5 arrivals; then for report i: 4+2i slot, 5+2i track
-- ARGV: 1 id of the batch, 2 most bytes of the history (0 = no history is kept), 3 shortest silence before stale (ms), 4 usual intervals before stale,
--       5 what counts as arrived: "radius (m),seconds,worst accuracy (m),highest speed (m/s),near (m)";
--       then for each report, its fixes ascending by time and no time twice:
--       driver, first time, last time, number of fixes, cell of the last, its lat, its lng, text of the last (FixText), text of all, places of all
--
-- Slot (hash): n, time, fix (newest, FixText), heard, interval, stale, gone, cell, late (times taken into the history only, "t;t"),
--              idle, dropoff, trackbytes (of all its track), and the trip's part (Protocol/Trips/slot.lua): trip, status, tripversion, shared, taken, over,
--              stop (where it drives to, "pickup|dropoff,lat,lng"; empty once it arrived), near (what was seen of that arrival so far, see look),
--              arrived ("TRIP STOP": where it arrived last); off (times off duty, "FROM-TO;FROM-;", see Protocol/Drivers/duty.lua)
-- Track (list): one element per change "n|t,lat,lng;t,lat,lng;", newest last. One that begins with '!' was shown but not kept in the history
--              (no room), so its fixes are no duplicates when they come again. A list and no string: on the embedded server each growing of a
--              string leaves its old copy behind in the log (docs/adr/0002).
--
-- Arrivals (list): one JSON element per arrival, see Protocol/Trips/Arrival.cs.
--
-- Answer: for each report accepted, duplicates, newest time, and the sum of 1 on a trip, 2 watched, 4 near the stop, 8 nothing moved, so the two before
--         are not known, 16 off duty; then 1 if the history had no room, else 0; then for each fix that was refused as off duty its report and its place in
--         it, both from 0.
local PER_REPORT = 10
local AHEAD = 5
local MOST_ARRIVALS = 10000
local TRACK_KEEP = 24000 -- bytes: more than the 500 fixes of the largest report, so that its repeat is known whole
local LATE_KEEP = 4000   -- times: twice what a phone may have in flight (Ingest:MaxFixesInFlight), since a backlog comes late
local reports = (#KEYS - AHEAD) / 2
if #ARGV ~= AHEAD + reports * PER_REPORT then return redis.error_reply('BATCH arguments do not match the keys') end

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

-- Whether a moment lies in a time off duty. It begins with FROM and ends before TO.
local function isOff(slot, time)
  for i = 1, #slot.off do
    if time >= slot.off[i][1] and time < slot.off[i][2] then return true end
  end
  return false
end

-- How far a place lies east and north of the stop, and in all, in metres; `east`: metres of a degree of longitude there.
local function offset(lat, lng, stopLat, stopLng, east)
  local x, y = tonumber(lng) - stopLng, (tonumber(lat) - stopLat) * 111195
  if x > 180 then x = x - 360 elseif x < -180 then x = x + 360 end
  x = x * east
  return x, y, math.sqrt(x * x + y * y)
end

local rules
-- Looks in the newer fixes of a driver for the arrival at its stop. True once it is certain, with the fix that made it so.
--
-- Inside counts the time within the radius, of each stretch between two fixes the part that lies in the circle (of one that begins or ends outside at most
-- half of what is needed). A phone that tells its speed has arrived
-- after `seconds` of it below the highest speed. Of one that does not the speed is the slope of a straight line through its fixes inside (least squares),
-- with 1.5 times its standard error on top: places that scatter by 25 m look like a drive from one fix to the next, but not over twenty of them, and a car
-- that passes has the same slope however long one looks. A fix less accurate than the limit says nothing. One place outside may be an error: three in a row,
-- or two and 20 s, and all begins anew.
-- Kept in `near`: time and place of the last fix, and once there was one inside: time inside (ms), slow time inside (ms), fixes outside since, the last time
-- inside, the first time inside, then the sums over the fixes inside, of 1, u, uu, x, ux, xx, y, uy, yy (seconds since the first; metres from the stop).
local function look(slot, stopLat, stopLng)
  local east = 111195 * math.cos(math.rad(stopLat))
  -- Far off with a single fix, and nothing is kept: the usual case, since most of a way is far from its end.
  if slot.near == '' and slot.fixes == 1 then
    local _, _, distance = offset(slot.newest.lat, slot.newest.lng, stopLat, stopLng, east)
    if distance > rules.near and distance > rules.radius then return false, nil, nil, nil, distance end
  end
  local kept = {}
  for number in string.gmatch(slot.near, '[^,]+') do kept[#kept + 1] = tonumber(number) end
  local last, lx, ly = kept[1], kept[2], kept[3]
  local inside, slow, outside, seen, begin = kept[4] or 0, kept[5] or 0, kept[6] or 0, kept[7] or 0, kept[8] or 0
  local n, u, uu, x, ux, xx, y, uy, yy = kept[9] or 0, kept[10] or 0, kept[11] or 0, kept[12] or 0, kept[13] or 0, kept[14] or 0, kept[15] or 0, kept[16] or 0, kept[17] or 0
  local radius = rules.radius
  local distance
  for i = 1, #slot.live do
    for time, lat, lng, accuracy, speed in string.gmatch(slot.live[i].fixes, '(%d+),([^,;]+),([^,;]+),?([^,;]*),?([^,;]*)[^;]*;') do
      local at = tonumber(time)
      local px, py, away = offset(lat, lng, stopLat, stopLng, east)
      distance = away
      if (tonumber(accuracy) or 0) <= rules.accuracy and not (last and at <= last) then
        local isInside = distance <= radius
        speed = tonumber(speed)
        if isInside then
          if n == 0 then begin = at end
          local t = (at - begin) / 1000
          n, u, uu = n + 1, u + t, uu + t * t
          x, ux, xx = x + px, ux + t * px, xx + px * px
          y, uy, yy = y + py, uy + t * py, yy + py * py
          outside, seen = 0, at
        elseif n > 0 then
          outside = outside + 1
          if outside >= 3 or (outside == 2 and at - seen >= 20000) then
            inside, slow, outside, n, u, uu, x, ux, xx, y, uy, yy = 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
          end
        end
        if last and n > 0 then
          -- The part of the stretch from the last fix to this one that lies within the circle.
          local dx, dy = px - lx, py - ly
          local a, b, c = dx * dx + dy * dy, 2 * (lx * dx + ly * dy), lx * lx + ly * ly - radius * radius
          local part = 0
          if a < 0.01 then
            if isInside then part = 1 end
          else
            local root = b * b - 4 * a * c
            if root > 0 then
              root = math.sqrt(root)
              part = math.max(0, math.min(1, (root - b) / (2 * a)) - math.max(0, (-root - b) / (2 * a)))
            end
          end
          part = part * (at - last)
          -- How it went between a place outside and one inside is a guess: worth half of what is needed at the most.
          if not isInside or lx * lx + ly * ly > radius * radius then part = math.min(part, rules.time / 2) end
          inside = inside + part
          if speed and speed <= rules.speed then slow = slow + part end
        end
        last, lx, ly = at, px, py
        if isInside and n >= 2 and slow >= rules.time then return true, time, lat, lng, distance end
        if isInside and n >= 3 and not speed and inside >= rules.time then
          local spread = uu - u * u / n
          local mx, my = (ux - u * x / n) / spread, (uy - u * y / n) / spread
          local rest = math.max(0, xx - x * x / n - mx * mx * spread) + math.max(0, yy - y * y / n - my * my * spread)
          local speedAbove = math.sqrt(mx * mx + my * my) + 1.5 * math.sqrt(rest / (2 * (n - 2)) / spread)
          if speedAbove <= rules.speed then return true, time, lat, lng, distance end
        end
      end
    end
  end
  if n > 0 then
    redis.call('HSET', slot.key, 'near', format('%.0f,%.2f,%.2f,%.0f,%.0f,%d,%.0f,%.0f,%d,%.3f,%.3f,%.2f,%.2f,%.2f,%.2f,%.2f,%.2f',
      last, lx, ly, inside, slow, outside, seen, begin, n, u, uu, x, ux, xx, y, uy, yy))
  elseif last and (kept[9] or distance <= rules.near) then
    redis.call('HSET', slot.key, 'near', format('%.0f,%.2f,%.2f', last, lx, ly))
  end
  return false, nil, nil, nil, distance
end

-- First pass: read and decide. A driver may stand in the batch more than once, so its slot is read once and carried along.
local slots, answer, history, refused = {}, {}, {}, {}
for i = 1, reports do
  local at = AHEAD + (i - 1) * PER_REPORT
  local key = KEYS[4 + 2 * i]
  local driver, first, last, count = ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  local fixes = ARGV[at + 9]
  if not (first and last and count and tonumber(ARGV[at + 6]) and tonumber(ARGV[at + 7])) then
    return redis.error_reply('BATCH report ' .. i .. ' has an argument that is no number')
  end
  local slot = slots[key]
  if not slot then
    local kept = redis.call('HMGET', key, 'n', 'time', 'heard', 'interval', 'stale', 'gone', 'cell', 'late', 'trip', 'over', 'idle', 'dropoff', 'tripversion', 'trackbytes', 'stop', 'off', 'near')
    slot = {
      key = key, trackKey = KEYS[5 + 2 * i], driver = driver, n = tonumber(kept[1] or 0), time = tonumber(kept[2] or 0), heard = tonumber(kept[3] or 0),
      interval = tonumber(kept[4] or 0), stale = kept[5] == '1', gone = kept[6] == '1', cell = kept[7] or '', late = kept[8] or '',
      trip = (kept[9] and kept[9] ~= '' and kept[10] ~= '1') and kept[9] or '-', idle = kept[11] or '', dropoff = kept[12] or '0',
      version = kept[13] or '0', trackBytes = tonumber(kept[14] or 0), live = {},
      stop = kept[15] or '', near = kept[17] or '', back = 0, fixes = 0,
    }
    if kept[16] and kept[16] ~= '' then
      slot.off = {}
      for from, to in string.gmatch(kept[16], '(%d+)%-(%d*);') do slot.off[#slot.off + 1] = { tonumber(from), tonumber(to) or math.huge } end
      -- From then on all its fixes count.
      slot.back = slot.off[#slot.off][2]
    end
    slots[key] = slot
    slots[#slots + 1] = slot
  end

  local accepted, duplicates = 0, 0
  local newer, places = '', ''
  if first > slot.time and first >= slot.back then
    -- All of it is newer than what the hub has, and from after any time off duty: the usual case, nothing to cut apart.
    accepted, newer, places = count, fixes, ARGV[at + 10]
    if slot.known then
      for time in string.gmatch(places, '(%d+),[^;]*;') do slot.known[time] = true end
    end
  else
    local times = known(slot)
    local taken, live, livePlaces = {}, {}, {}
    -- What is from before a time off duty shows where the driver was then: for the history only, unless it is followed by where the driver is now.
    local shown = not slot.off or (slot.back < math.huge and not isOff(slot, last))
    local place = -1
    for fix in string.gmatch(fixes, '[^;]+;') do
      local time = string.match(fix, '^%d+')
      place = place + 1
      if times[time] then
        duplicates = duplicates + 1
      elseif slot.off and isOff(slot, tonumber(time)) then
        refused[#refused + 1] = i - 1
        refused[#refused + 1] = place
      else
        accepted = accepted + 1
        times[time] = true
        taken[#taken + 1] = fix
        if shown and tonumber(time) > slot.time then
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
    slot.fixes = slot.fixes + count
    slot.newest = { cell = ARGV[at + 5], lat = ARGV[at + 6], lng = ARGV[at + 7], fix = ARGV[at + 8] }
  end
  if accepted > 0 then history[#history + 1] = driver .. ' ' .. nowText .. ' ' .. fixes .. '\n' end
  answer[#answer + 1] = accepted
  answer[#answer + 1] = duplicates
  answer[#answer + 1] = slot
  answer[#answer + 1] = 0
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
    -- Who listens: the nodes on which a rider watches.
    slot.demand = redis.call('PUBLISH', tag .. ':driver:' .. slot.driver, message) > 0 and 2 or 0
    redis.call('PUBLISH', tag .. ':cell:' .. newest.cell, message)
    if slot.cell ~= '' and slot.cell ~= newest.cell then redis.call('PUBLISH', tag .. ':cell:' .. slot.cell, message) end
    if slot.stop ~= '' then
      local kind, stopLat, stopLng = string.match(slot.stop, '^(%a+),([^,]+),([^,]+)$')
      if kind then
        if not rules then
          local radius, seconds, accuracy, speed, near = string.match(ARGV[5], '^([^,]+),([^,]+),([^,]+),([^,]+),([^,]+)$')
          rules = { radius = tonumber(radius), time = tonumber(seconds) * 1000, accuracy = tonumber(accuracy), speed = tonumber(speed), near = tonumber(near) }
        end
        local arrived, time, lat, lng, distance = look(slot, tonumber(stopLat), tonumber(stopLng))
        if distance <= rules.near then slot.demand = slot.demand + 4 end
        if arrived then
          redis.call('HSET', slot.key, 'stop', '', 'arrived', slot.trip .. ' ' .. slot.stop)
          redis.call('HDEL', slot.key, 'near')
          redis.call('RPUSH', KEYS[5], format('{"trip":"%s","driver":"%s","stop":"%s","version":%s,"time":%s,"lat":%s,"lng":%s}',
            slot.trip, slot.driver, kind, slot.version, time, lat, lng))
          redis.call('LTRIM', KEYS[5], -MOST_ARRIVALS, -1)
        end
      end
    end
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

for i = 1, reports do
  local slot = answer[4 * i - 1]
  answer[4 * i - 1] = text(slot.time)
  answer[4 * i] = (slot.trip == '-' and 0 or 1) + (slot.demand or 8) + (slot.back == math.huge and 16 or 0)
end
answer[#answer + 1] = full
for i = 1, #refused do answer[#answer + 1] = refused[i] end
return answer
