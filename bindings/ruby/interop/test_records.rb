# frozen_string_literal: true

require "minitest/autorun"
require "active_record"
require "active_support/all"
require "leadkpi"

ActiveRecord::Base.establish_connection(adapter: "sqlite3", database: ":memory:")
ActiveRecord::Base.time_zone_aware_attributes = true # as Rails has it
ActiveRecord::Schema.verbose = false
ActiveRecord::Schema.define do
  create_table(:events, id: :string) do |t|
    t.string :lead_id
    t.string :name
    t.datetime :created_at, precision: 6
  end
  create_table(:deals) do |t|
    t.string :stage
    t.datetime :closed_at
    t.decimal :amount, precision: 12, scale: 2
  end
  create_table(:costs) do |t|
    t.date :day
    t.string :channel
    t.decimal :amount, precision: 12, scale: 2
  end
end

# Records as an application has them.
class Event < ActiveRecord::Base; end
class Deal < ActiveRecord::Base; end
class Cost < ActiveRecord::Base; end

# ActiveRecord and ActiveSupport as they are, which the gem knows by their methods alone.
class TestRecords < Minitest::Test
  LEAD = "f47ac10b-58cc-4372-a567-0e02b2c3d479"

  def setup
    Time.zone = "Berlin"
    [Event, Deal, Cost].each(&:delete_all)
    @start = Time.zone.local(2025, 1, 1, 9, 30)
    %w[lead mql].each_with_index do |name, index|
      Event.create!(id: SecureRandom.uuid, lead_id: LEAD, name: name, created_at: @start + index.days + Rational(1, 10**6))
    end
    Deal.create!(stage: "won", closed_at: @start, amount: "900.25")
    Deal.create!(stage: "mql", closed_at: @start, amount: nil)
    Cost.create!(day: Date.new(2025, 1, 1), channel: "Ads", amount: "120.50")
  end

  def funnel
    Leadkpi::Funnel.new(%w[lead mql], window: 30.days)
  end

  def test_pluck_goes_in_as_it_is
    rows = Event.pluck(:lead_id, :name, :created_at)
    leads = funnel.add_rows(rows).leads
    assert_equal [[LEAD, 2]], leads.map { |row| row.values_at(:id, :step) }
    assert_equal rows.first.last, leads[0][:start]
    assert_equal 1, leads[0][:start].usec
  end

  def test_records_and_relations_and_times_with_zones_are_the_same
    plucked = funnel.add_rows(Event.pluck(:lead_id, :name, :created_at)).dump
    assert_kind_of ActiveSupport::TimeWithZone, Event.first.created_at
    names = { id: :lead_id, event: :name, time: :created_at }
    assert_equal plucked, funnel.add(Event.all, **names).dump
    assert_equal plucked, funnel.add(Event.find_each, **names).dump
    assert_equal plucked, funnel.add(Event.all.map { |e| [e.lead_id, e.name, e.created_at] }, columns: %i[id event time]).dump
    assert_equal plucked, funnel.add(ActiveRecord::Base.connection.select_all("select * from events").map do |row|
      row.merge("created_at" => Time.zone.parse("#{row["created_at"]} UTC"))
    end, **names).dump
  end

  def test_money_days_zones_and_durations
    campaigns = Leadkpi::Campaigns.new
    campaigns.add_leads(Deal.pluck(:id, :closed_at), columns: %i[id time])
    campaigns.add_stages(Deal.pluck(:id, :stage, :closed_at, :amount), columns: %i[id stage time value])
    campaigns.add_costs(Cost.pluck(:day, :channel, :amount), columns: %i[time channel amount])
    table = campaigns.report(kpis: %w[closed_won_revenue cpl], grain: :month, zone: Time.zone, sla: 5.minutes,
                             as_of: Time.zone.local(2025, 2, 1), totals: false)
    assert_equal ["2025-01", 900.25, 60.25], table[0].values_at(:period, :closed_won_revenue, :cost_per_lead)
    assert_equal table, campaigns.report(kpis: %w[closed_won_revenue cpl], grain: :month, zone: "Europe/Berlin", sla: "5min",
                                         as_of: "2025-02-01", totals: false)
    responses = Leadkpi::Responses.new.add_leads(Deal.pluck(:id, :closed_at), columns: %i[id time])
    assert_equal responses.targets(as_of: "2025-02-01", targets: %w[5min 1h]),
                 responses.targets(as_of: "2025-02-01", targets: [5.minutes, 1.hour])
    error = assert_raises(Leadkpi::BadArgumentError) { campaigns.report(sla: 1.month) }
    assert_includes error.message, "whose length is fixed"
  end

  def test_nanoseconds_of_the_clock_are_refused_and_floor_drops_them
    error = assert_raises(Leadkpi::BadDataError) { funnel.add_rows([[LEAD, "lead", Time.at(0, 1, :nanosecond).in_time_zone]]) }
    assert_includes error.message, "time.floor(6)"
    assert_equal 1, funnel.add_rows([[LEAD, "lead", Time.current.floor(6)]]).leads.size
  end
end
