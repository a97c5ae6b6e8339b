# frozen_string_literal: true

# Lead-generation KPIs: every one with its interval, or why there is none.
#
#   require "leadkpi"
#   Leadkpi.cost_per_lead(5000, 250)        # => 20.0
#   Leadkpi.evaluate("cpl", 5000, 250)      # => #<struct Leadkpi::Estimate value=20.0, low=17.67..., ...>
#   Leadkpi.kpi("cpl").formula              # => "campaign_spend / new_leads"
#
# A method for every KPI of the C library is here under its id; `puts Leadkpi.kpi("cpl")` says what
# it is, and Leadkpi.kpis lists them.
module Leadkpi
end

require_relative "leadkpi/version"
require_relative "leadkpi/library"
require_relative "leadkpi/error"
require_relative "leadkpi/table"
require_relative "leadkpi/options"
require_relative "leadkpi/kpi"
require_relative "leadkpi/analysis"
require_relative "leadkpi/stats"
require_relative "leadkpi/rooms"
require_relative "leadkpi/calendar"
