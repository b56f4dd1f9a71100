-- SPDX-License-Identifier: Apache-2.0
-- For wrk: asks for the paths of a file, one a line, in turn.
local requests = {}
local at = 0

function init(args)
    for line in io.lines(args[1]) do
        requests[#requests + 1] = wrk.format("GET", line)
    end
end

function request()
    at = at % #requests + 1
    return requests[at]
end
