-- What wrk is told besides its options: the headers, the text that each answer must hold, and what to say at the end, as one line of JSON.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  wrong = 0
  expected = args[1]
  wrk.headers["accept"] = "application/json"
end

function response(status, _, body)
  if status ~= 200 or not body:find(expected, 1, true) then wrong = wrong + 1 end
end

function done(summary, latency)
  local wrongs = 0
  for _, thread in ipairs(threads) do wrongs = wrongs + thread:get("wrong") end
  local broken = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    '\n{"answered":%d,"seconds":%.6f,"p50Ms":%.3f,"p99Ms":%.3f,"wrong":%d,"errors":%d,"cpuSeconds":%.3f}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000, wrongs, broken, os.clock()
  ))
end
