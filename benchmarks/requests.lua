-- Requests for wrk: the lines of a file in rotation, each with a number that comes once.
-- Arguments: the file, the first number.
local lines, at = {}, 0

function init(args)
  for line in io.lines(args[1]) do lines[#lines + 1] = line end
  at = tonumber(args[2])
end

function request()
  at = at + 1
  local path = lines[at % #lines + 1]:gsub("NUMBER", string.format("%d", at))
  return wrk.format("GET", path)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"rate": %f, "p50": %f, "p99": %f, "failed": %d, "requests": %d}\n',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    summary.requests))
end
