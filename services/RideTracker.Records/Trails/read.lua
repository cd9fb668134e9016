-- Reads the oldest elements of a partition's history, as many as fit in so many bytes, one at least.
-- KEYS: 1 history, 2 history-bytes   ARGV: 1 most bytes, 2 most elements
-- Answer: bytes that the history is counted to have, its elements, then the elements read
local most = tonumber(ARGV[1])
local waiting = redis.call('LLEN', KEYS[1])
local count = math.min(waiting, tonumber(ARGV[2]))
local answer = { tonumber(redis.call('GET', KEYS[2]) or 0), waiting }
local bytes = 0
for from = 0, count - 1, 16 do
  local some = redis.call('LRANGE', KEYS[1], from, math.min(from + 15, count - 1))
  for i = 1, #some do
    bytes = bytes + #some[i]
    if bytes > most and #answer > 2 then return answer end
    answer[#answer + 1] = some[i]
  end
end
return answer
