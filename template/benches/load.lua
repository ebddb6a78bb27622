-- For wrk: asks in turn with each token of a file. load.rs sets the environment.
local requests, last = {}, 0

function init()
  local body = os.getenv("LOAD_BODY")
  for token in io.lines(os.getenv("LOAD_TOKENS")) do
    local headers = { Authorization = "Bearer " .. token }
    if body then headers["Content-Type"] = "application/json" end
    requests[#requests + 1] = wrk.format(body and "POST" or "GET", wrk.path, headers, body)
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end
