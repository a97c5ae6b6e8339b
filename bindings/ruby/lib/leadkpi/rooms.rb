# frozen_string_literal: true

require_relative "handle"

module Leadkpi
  # How many leads got how far, how fast, under which rule.
  #
  #   funnel = Leadkpi::Funnel.new(%w[lead mql won], window: "30d")
  #   funnel.add_rows(Event.pluck(:lead_id, :name, :created_at))
  #   puts funnel.steps
  #
  # Leadkpi.options("funnel") says what the rule can be, Leadkpi.options("funnel_report") what can be
  # asked. Events have id (or lead), time, event (or step), and optionally sequence, segment, value.
  #
  # @!method steps(**options)
  #   How many reached each step, with rates and intervals.
  #   @return [Table]
  # @!method times(**options)
  #   How long from step to step, the leads that are still going beside.
  #   @return [Table]
  # @!method leads(**options)
  #   Each lead that entered: its level and its times.
  #   @return [Table]
  # @!method histogram(**options)
  #   Times from step to step, counted in bins.
  #   @return [Table]
  # @!method difference(**options)
  #   Segments or periods against each other.
  #   @return [Table]
  # @!method sequences(**options)
  #   Patterns of events, counted.
  #   @return [Table]
  # @!method sequence_leads(**options)
  #   The leads behind them.
  #   @return [Table]
  # @!method retention(**options)
  #   Who comes back.
  #   @return [Table]
  # @!method checks(**options)
  #   What is odd in the data, or does not fit the definition.
  #   @return [Table]
  class Funnel < Handle
    SPOKEN = { lead: :id, step: :event }.freeze # words that may stand for the library's columns
    private_constant :SPOKEN

    # @param steps [Array<String>, nil] the steps in their order
    def initialize(steps = nil, **definition)
      super(steps: steps, **definition)
    end

    # A row an event.
    # @return [self]
    def add(data, batch: nil, columns: nil, **names)
      append(:add, data, batch, columns, names.transform_keys(SPOKEN))
    end

    # A row a lead, with a time for each step under the step's text.
    # @return [self]
    def add_stages(data, batch: nil, columns: nil, **names)
      append(:add_stages, data, batch, columns, names.transform_keys(SPOKEN))
    end

    # Events as ActiveRecord's pluck gives them: [[id, "lead", Time], ...].
    # @param columns [Array<Symbol>] what the cells of a row are
    # @return [self]
    def add_rows(rows, columns: %i[id event time], batch: nil)
      add(rows, batch: batch, columns: columns)
    end

    # The events of that range shrink to a summary of constant size a lead; rows in it are refused from
    # then on. The header says which definitions allow it.
    # @param from [Time, Date, nil] nil: from the beginning
    # @param till [Time, Date, nil] up to, not with; nil: all
    # @return [self]
    def close_range(from = nil, till = nil)
      from = from ? Values.microseconds(from, "from") : Values::INT64.begin
      till = till ? Values.microseconds(till, "till") : Values::INT64.end
      opened { |pointer| Library.call(function(:close), pointer, from, till) }
      self
    end

    room_of "funnel"
    alias report steps
  end

  # Leads, stage changes, responses and costs in; every KPI out, by any dimensions and period.
  #
  #   campaigns = Leadkpi::Campaigns.new
  #   campaigns.add_leads(Lead.pluck(:id, :created_at, :channel), columns: %i[id time channel])
  #   campaigns.add_costs(Cost.pluck(:day, :amount, :channel), columns: %i[time amount channel])
  #   puts campaigns.report(by: [:channel], kpis: %w[cpl cac], grain: :month, zone: "Europe/Berlin")
  #
  # Leadkpi.options("campaigns") and Leadkpi.options("campaigns_report") have the options. Columns:
  #
  #   leads      id, time; email; dimensions
  #   stages     id, stage, time; value, currency
  #   responses  id, time; kind
  #   costs      time; amount, cost_type, scope, currency, measures, dimensions
  #   measures   time; measures of the catalogue; dimensions
  #
  # @!method add_leads(data, batch: nil, columns: nil, **names)
  #   @return [self]
  # @!method add_stages(data, batch: nil, columns: nil, **names)
  #   @return [self]
  # @!method add_responses(data, batch: nil, columns: nil, **names)
  #   @return [self]
  # @!method add_costs(data, batch: nil, columns: nil, **names)
  #   @return [self]
  # @!method add_measures(data, batch: nil, columns: nil, **names)
  #   @return [self]
  # @!method findings(**options)
  #   What is odd in the data; nothing is dropped in silence.
  #   @return [Table]
  # @!method cost_list(**options)
  #   What was included in which spend.
  #   @return [Table]
  # @!method summary
  #   What is held: one row.
  #   @return [Table]
  class Campaigns < Handle
    # KPIs by dimensions and period. A period in +by+ is the grain, unless +grain+ says another; then +by+
    # is dimensions alone.
    #
    #   report(by: %w[channel month], kpis: %w[cpl cac], zone: "Europe/Berlin", as_of: "2025-04-01")
    #
    # @return [Table]
    def report(**options)
      table(:report, with_period(defaults).merge(with_period(options.transform_keys(&:to_sym))))
    end

    room_of "campaigns"

    private

    def with_period(options)
      by = options[:by]
      return options if by.nil? || options[:grain] || (by.is_a?(String) && by.include?('"'))

      names = by.is_a?(String) ? by.split(",").map(&:strip) : Array(by).map(&:to_s)
      grain = Leadkpi.options("campaigns_report").find { |row| row[:name] == "grain" }
      periods = names & grain[:choices].split("|")
      return options unless periods.one? # two of them, and the library says which name it does not know

      options.merge(by: names - periods, grain: periods.first)
    end
  end

  # Who stands in which stage, who moved where, and how long it took.
  #
  #   Leadkpi::Stages.new(stages: %w[new mql sql won], lost: %w[lost]).add_rows(changes).durations
  #
  # Leadkpi.options("stages") says what a line is, Leadkpi.options("stages_report") what can be asked. A
  # change has id, time, stage, and optionally from, sequence, segment, reason.
  #
  # @!method add(data, batch: nil, columns: nil, **names)
  #   A row a change.
  #   @return [self]
  # @!method add_wide(data, batch: nil, columns: nil, **names)
  #   A row a lead, with a time for each stage under its name.
  #   @return [self]
  # @!method steps(**options)
  #   How many reached, skipped, left and stand in each stage.
  #   @return [Table]
  # @!method snapshot(**options)
  #   Who stands where as of a time.
  #   @return [Table]
  # @!method transitions(**options)
  #   Who moved from where to where.
  #   @return [Table]
  # @!method durations(**options)
  #   How long in each stage, those still there beside.
  #   @return [Table]
  # @!method reasons(**options)
  #   Why leads were lost, and from where.
  #   @return [Table]
  # @!method leads(**options)
  #   @return [Table]
  # @!method checks(**options)
  #   What is odd in the histories.
  #   @return [Table]
  class Stages < Handle
    room_of "stages"
    alias report steps

    # Changes as ActiveRecord's pluck gives them: [[id, "mql", Time], ...].
    # @param columns [Array<Symbol>] what the cells of a row are
    # @return [self]
    def add_rows(rows, columns: %i[id stage time], batch: nil)
      add(rows, batch: batch, columns: columns)
    end
  end

  # How fast leads are answered, against targets, and what it is worth; Leadkpi.options("responses").
  #
  # @!method add_leads(data, batch: nil, columns: nil, **names)
  #   A row a lead: id, time; segment.
  #   @return [self]
  # @!method add(data, batch: nil, columns: nil, **names)
  #   A row an answer: id, time; kind.
  #   @return [self]
  # @!method add_conversions(data, batch: nil, columns: nil, **names)
  #   A row a conversion: id, time.
  #   @return [self]
  # @!method speed(**options)
  #   How long until the first answer; Leadkpi.options("responses_report") for all of these.
  #   @return [Table]
  # @!method targets(**options)
  #   How many were answered in time.
  #   @return [Table]
  # @!method bands(**options)
  #   Conversion by how fast the answer was.
  #   @return [Table]
  # @!method leads(**options)
  #   @return [Table]
  # @!method checks(**options)
  #   @return [Table]
  class Responses < Handle
    room_of "responses"
    alias report speed
  end

  # Who comes back, who leaves, when, and what a cohort is worth; Leadkpi.options("cohorts"). Each report has
  # options of its own: Leadkpi.options("cohorts_retention") ...
  #
  #   cohorts = Leadkpi::Cohorts.new(grain: :month).add_acquisitions(customers).add_activity(logins)
  #   cohorts.retention(as_of: "2025-06-01") # by month, as every report that has a grain
  #
  # @!method add_acquisitions(data, batch: nil, columns: nil, **names)
  #   A row a customer: id, time; every other text is a dimension.
  #   @return [self]
  # @!method add_activity(data, batch: nil, columns: nil, **names)
  #   A row a sign of life: id, time.
  #   @return [self]
  # @!method add_revenue(data, batch: nil, columns: nil, **names)
  #   A row a payment: id, time, amount; currency.
  #   @return [self]
  # @!method add_subscriptions(data, batch: nil, columns: nil, **names)
  #   A row a change: id, time, mrr; currency.
  #   @return [self]
  # @!method add_outcomes(data, batch: nil, columns: nil, **names)
  #   A row an end: id, time, outcome.
  #   @return [self]
  # @!method retention(**options)
  #   The triangle.
  #   @return [Table]
  # @!method churn(**options)
  #   Who left, came, paid more and paid less, by period.
  #   @return [Table]
  # @!method survival(**options)
  #   Kaplan-Meier curves with their intervals.
  #   @return [Table]
  # @!method survival_summary(**options)
  #   A row a curve.
  #   @return [Table]
  # @!method incidence(**options)
  #   How many came to which outcome by which age.
  #   @return [Table]
  # @!method conversion(**options)
  #   How much of each cohort has converted, and will have.
  #   @return [Table]
  # @!method findings(**options)
  #   What is odd in the rows.
  #   @return [Table]
  # @!method contracts(**options)
  #   How many subscriptions were renewed how often: what a {Lifetime} of contracts is fitted to.
  # @!method histories(**options)
  #   A row a buyer, with the dimensions of by: what a {Lifetime} is fitted to.
  #   @return [Table]
  class Cohorts < Handle
    # Revenue by cohort and age, and against what was spent on the cohort.
    # @param spend [Hash, Array, Table, nil] what was spent on the cohorts
    # @param columns [Array, nil] the names of the cells of rows that are Arrays
    # @return [Table]
    def value(spend = nil, columns: nil, **options)
      Input.made(spend, columns) { |table| table(:value, options, table) }
    end

    # What each segment has brought and will bring by fitted models, against what was spent on it.
    # @param model [Lifetime] of purchases, fitted to {#histories}, or of subscriptions, fitted to {#contracts}
    # @param spend_model [Lifetime, nil] model: "gamma_gamma", fitted to the same; none with subscriptions
    # @param spend [Hash, Array, Table, nil] what was spent on the cohorts
    # @param columns [Array, nil] the names of the cells of rows that are Arrays
    # @return [Table]
    def lifetime_value(model, spend_model = nil, spend = nil, columns: nil, **options)
      Input.made(spend, columns) do |costs|
        model.opened do |first|
          next table(:lifetime_value, options, first, nil, costs) unless spend_model

          spend_model.opened { |second| table(:lifetime_value, options, first, second, costs) }
        end
      end
    end

    room_of "cohorts"
    alias report retention
  end

  # Which touches earned what; Leadkpi.options("attribution") says whose touches and how long back.
  #
  #   Leadkpi::Attribution.new(lookback: "30d").add_touches(touches).add_conversions(conversions)
  #                       .compare(models: %w[first u markov])
  #
  # Leadkpi.options("attribution_report") is for all reports.
  #
  # @!method add_touches(data, batch: nil, columns: nil, **names)
  #   A row a touch: id, time, dimensions; sequence, cost.
  #   @return [self]
  # @!method add_conversions(data, batch: nil, columns: nil, **names)
  #   A row a conversion: id, time; type, value, weight, sequence.
  #   @return [self]
  # @!method add_milestones(data, batch: nil, columns: nil, **names)
  #   @return [self]
  # @!method add_nulls(data, batch: nil, columns: nil, **names)
  #   Those who did not convert.
  #   @return [self]
  # @!method add_paths(data, batch: nil, columns: nil, **names)
  #   Paths that were counted elsewhere: path, conversions; nulls, value.
  #   @return [self]
  # @!method add_costs(data, batch: nil, columns: nil, **names)
  #   What the platforms say.
  #   @return [self]
  # @!method credits(**options)
  #   Conversions, value and cost by channel.
  #   @return [Table]
  # @!method compare(**options)
  #   A column a model, side by side.
  #   @return [Table]
  # @!method touches(**options)
  #   @return [Table]
  # @!method paths(**options)
  #   @return [Table]
  # @!method summary(**options)
  #   @return [Table]
  # @!method removal_effects(**options)
  #   What would be lost without a channel.
  #   @return [Table]
  # @!method shapley(**options)
  #   What the Shapley models make of each channel, and how sure it is.
  #   @return [Table]
  # @!method measures(**options)
  #   Credit of one model as fractional leads, which Campaigns#add_measures takes.
  #   @return [Table]
  # @!method states(**options)
  #   The states of the Markov chains.
  #   @return [Table]
  # @!method transitions(**options)
  #   @return [Table]
  # @!method orders(**options)
  #   How well Markov chains of each order foretell.
  #   @return [Table]
  class Attribution < Handle
    room_of "attribution"
    alias report credits

    # Credit by removal from a Markov chain of that order.
    # @return [Table]
    def markov(order: 1, **options)
      credits(models: ["markov:#{order}"], **options)
    end

    # A handle that holds the journeys of this one as paths, without ids and times.
    # @param options types, as_of, from and to of Leadkpi.options("attribution_report") choose them
    # @return [Attribution]
    def to_paths(**options)
      with_options("attribution_report", options) do |chosen|
        opened { |pointer| self.class.of(Library.make(function(:close), pointer, chosen)) }
      end
    end

    # Take the paths and costs of the other away again: a day that leaves a sliding window.
    # @return [self]
    def subtract!(other)
      with_other(:subtract, other)
    end
  end

  # A fitted model of who is still a customer, what they buy or spend; Leadkpi.options("lifetime").
  #
  #   customers = Leadkpi::Lifetime.histories(orders, end: "2025-01-01", unit: "7d")
  #   model = Leadkpi::Lifetime.new(customers, model: "bg_nbd")
  #   model.forecast(customers, horizon: 26.0)
  #
  # Without data the parameters are given: Lifetime.new(model: "bg_nbd", r: 0.24, alpha: 4.4, a: 0.8, b: 2.4).
  #
  # @!method curve(**options)
  #   What to expect of one who was just acquired; Leadkpi.options("lifetime_curve").
  #   @return [Table]
  # @!method covariance
  #   Of the parameters.
  #   @return [Table]
  # @!method summary
  #   How the fit ended, one row.
  #   @return [Table]
  class Lifetime < Stored
    class << self
      # Transactions to customers: frequency, recency, T, monetary_value.
      # @param transactions [Hash, Array, Table] id, time; amount
      # @param columns [Array, nil] the names of the cells of rows that are Arrays
      # @param options those of Leadkpi.options("lifetime_histories")
      # @return [Table]
      def histories(transactions, columns: nil, **options)
        Options.made("lifetime_histories", options) do |definition|
          Input.made(transactions, columns) do |rows|
            Table.from(:leadkpi_lifetime_histories, nil, rows, definition, columns: rows&.names || [])
          end
        end
      end
    end

    # @param data [Hash, Array, Table, nil] customers, as {histories} gives them
    # @param columns [Array, nil] the names of the cells of rows that are Arrays
    def initialize(data = nil, columns: nil, **definition)
      data.nil? ? super(**definition) : fit(data, columns, definition)
    end

    # What each is expected to buy, and with a model of spend to be worth; Leadkpi.options("lifetime_forecast").
    # @param customers [Hash, Array, Table]
    # @param spend [Lifetime, nil] such as model: "gamma_gamma"
    # @return [Table]
    def forecast(customers, spend: nil, columns: nil, **options)
      Input.made(customers, columns) do |rows|
        next table(:forecast, options, nil, rows) unless spend

        spend.opened { |model| table(:forecast, options, model, rows) }
      end
    end

    # Each with its standard error and interval.
    # @return [Table]
    def parameters(level: 0.95)
      plain_table(:parameters, Values.double(level, "level"))
    end

    # @param data [Hash, Array, Table] such as the customers that it was fitted to
    # @return [Float]
    def log_likelihood(data, columns: nil)
      value = FFI::MemoryPointer.new(:double)
      Input.made(data, columns) do |rows|
        opened { |pointer| Library.call(function(:log_likelihood), pointer, rows, value) }
      end
      value.read_double
    end

    # @return [Symbol] how the fit ended
    def outcome
      opened { |pointer| Library.text(Library.leadkpi_lifetime_outcome_name(Library.leadkpi_lifetime_outcome(pointer))).to_sym }
    end

    room_of "lifetime"

    private

    def fit(data, columns, definition)
      Options.made(self.class.room, definition) do |options|
        Input.made(data, columns) { |rows| own(Library.make(function(:fit), nil, options, rows, columns: rows.names)) }
      end
    end
  end

  # A report of campaigns in one call; options of the definition and of the report together.
  #
  #   Leadkpi.report(leads: leads, costs: costs, by: [:channel], kpis: ["cpl"])
  #
  # @param leads [Hash, Array, Table, nil] as {Campaigns#add_leads} takes it
  # @param stages [Hash, Array, Table, nil]
  # @param responses [Hash, Array, Table, nil]
  # @param costs [Hash, Array, Table, nil]
  # @param measures [Hash, Array, Table, nil]
  # @return [Table]
  def self.report(leads: nil, stages: nil, responses: nil, costs: nil, measures: nil, **options)
    names = Options.names(Campaigns.room)
    definition, asked = options.partition { |name, _| names.include?(name) }.map(&:to_h)
    Campaigns.open(**definition) do |campaigns|
      { leads: leads, stages: stages, responses: responses, costs: costs, measures: measures }.compact.each do |kind, data|
        campaigns.public_send(:"add_#{kind}", data)
      end
      campaigns.report(**asked)
    end
  end
end
