# frozen_string_literal: true

require_relative "helper"
require "open3"
require "rbconfig"

# Campaigns from plain rows: golden numbers, states, threads, forks, memory.
class TestCampaigns < Minitest::Test
  include Helper

  START = Time.utc(2025, 1, 1)
  CHANNELS = ["Paid Search", "Events", nil, ""].freeze
  COSTS = { time: [START, START + (31 * 86_400), START], channel: ["Paid Search", "Paid Search", "Events"],
            amount: [BigDecimal("1000.10"), BigDecimal("500"), nil], clicks: [200, nil, 7] }.freeze

  def leads(first, count)
    (first...first + count).map { |id| { id: id, time: START + (id % 90 * 86_400), channel: CHANNELS[id % 4] } }
  end

  def stages(first, count)
    (first...first + count).select { |id| (id % 3).zero? }.map do |id|
      won = (id % 6).zero?
      [id, won ? "won" : "mql", START + (((id % 90) + 5) * 86_400), won ? BigDecimal(id) / 4 : nil]
    end
  end

  def filled(first = 0, count = 400)
    Leadkpi::Campaigns.new.add_leads(leads(first, count)).add_costs(COSTS)
                      .add_stages(stages(first, count), columns: %i[id stage time value])
  end

  # 400 leads, 100 a channel; every third got somewhere, every sixth of them was won. By hand.
  def test_a_report_counts_what_was_added
    table = filled.report(by: [:channel], kpis: %w[lead_volume new_customers cpl closed_won_revenue])
    rows = table.to_h { |row| [row.values_at(:row, :channel), row] }
    assert_equal({ ["segment", "Paid Search"] => 100, ["segment", "Events"] => 100, ["segment", nil] => 100,
                   ["segment", ""] => 100, ["total", nil] => 400 }, rows.transform_values { |row| row[:lead_volume] })
    total = rows[["total", nil]]
    assert_equal [67, (0...400).step(6).sum { |id| id / 4.0 }], total.values_at(:new_customers, :closed_won_revenue)
    assert_equal [15.001, "ok"], rows[["segment", "Paid Search"]].values_at(:cost_per_lead, :cost_per_lead_status)
    assert_equal [nil, "not_given"], rows[["segment", nil]].values_at(:cost_per_lead, :cost_per_lead_status)
  end

  def test_months_follow_the_clocks_of_a_zone
    data = { id: [1, 2], time: [Time.utc(2025, 1, 31, 22, 59), Time.utc(2025, 1, 31, 23)] }
    zone = Struct.new(:tzinfo).new(Struct.new(:name).new("Europe/Berlin")) # as ActiveSupport::TimeZone
    ["Europe/Berlin", zone, Struct.new(:identifier).new("Europe/Berlin")].each do |berlin| # the last as TZInfo's
      months = Leadkpi.report(leads: data, grain: :month, zone: berlin, kpis: [:lead_volume])
      assert_equal ["2025-01", "2025-02", nil], months[:period]
      assert_equal Time.utc(2025, 1, 31, 23), months[1][:period_start]
    end
    assert_equal ["2025-01", nil], Leadkpi.report(leads: data, grain: :month, zone: "UTC", kpis: [:lead_volume])[:period]
    ["Mars/Olympus", "../../etc/passwd", "Europe//Berlin"].each do |name|
      refused(Leadkpi::Error) { Leadkpi.report(leads: data, grain: :month, zone: name) }
    end
    refute_nil Leadkpi::Options.zone_data("Europe/Berlin")
    assert_nil Leadkpi::Options.zone_data("../../../etc/passwd")
  end

  # As ActiveSupport::Duration is to those who do not know it.
  Duration = Struct.new(:seconds, :parts) do
    def to_r
      seconds.to_r
    end

    def iso8601
      "PT#{seconds}S"
    end
  end

  def test_report_options_are_values_of_ruby
    campaigns = filled
    one = campaigns.report(kpis: "lead_volume", as_of: Time.utc(2025, 2, 1), level: 0.9, totals: false,
                           inputs: { quota: 5 }, sla: Duration.new(300, { minutes: 5 }))
    assert_equal one, campaigns.report(kpis: [:lead_volume], as_of: "2025-02-01", level: 0.9, totals: false,
                                       inputs: { quota: BigDecimal("5.0") }, sla: "5min")
    assert_equal one, campaigns.report(kpis: [:lead_volume], as_of: Date.new(2025, 2, 1), level: 0.9, totals: false,
                                       inputs: ["quota=5"], sla: 300_000_000, by: nil)
    assert_equal 1, one.size
    refused(Leadkpi::UnknownNameError, /grain/) { campaigns.report(grains: "month") }
    refused(Leadkpi::Error) { campaigns.report(by: ["chanel"]) }
    refused(Leadkpi::BadArgumentError, /fixed/) { campaigns.report(sla: Duration.new(2_629_746, { months: 1 })) }
    refused(Leadkpi::WrongTypeError, /level/) { campaigns.report(level: Object.new) }
    refused(Leadkpi::OverflowError, /sla/) { campaigns.report(sla: 2**63) }
    refused(Leadkpi::UnknownNameError, /person_key/) { Leadkpi::Campaigns.new(person_keys: "email") }
    assert_includes Leadkpi.options("campaigns")[:name], "person_key"
    assert_includes Leadkpi.schemas[:schema], "campaigns_report"
  end

  def test_awkward_names_and_values_pass
    name = 'utm, "source"; x'
    table = Leadkpi.report(leads: [{ id: 1, time: START, name => 'a;b,"c"' }], by: [name], kpis: ["lead_volume"])
    assert_equal 'a;b,"c"', table[name].first
  end

  def test_a_period_among_the_dimensions_is_the_grain
    rows = { leads: [{ id: 1, time: START, channel: "Ads" }], kpis: ["lead_volume"] }
    monthly = Leadkpi.report(**rows, by: [:channel], grain: :month)
    assert_equal monthly, Leadkpi.report(**rows, by: %w[channel month])
    assert_equal monthly, Leadkpi.report(**rows, by: "channel, month")
    assert_equal monthly, Leadkpi.report(**rows, by: %i[month channel])
    refused(Leadkpi::Error, /week|month/) { Leadkpi.report(**rows, by: %w[week month]) }
    refused(Leadkpi::Error, /month/) { Leadkpi.report(**rows, by: %w[channel month], grain: :week) }
    campaigns = Leadkpi::Campaigns.new(by: %w[channel month], kpis: ["lead_volume"]).add_leads(rows[:leads])
    assert_equal monthly, campaigns.report
    assert_equal Leadkpi.report(**rows, by: [:channel], grain: :week), campaigns.report(by: %w[channel week])
  end

  def test_one_call_does_the_same
    options = { by: [:channel], grain: "month", kpis: %w[lead_volume cac] }
    rows = stages(0, 400).map { |row| %i[id stage time value].zip(row).to_h }
    assert_equal filled.report(**options),
                 Leadkpi.report(leads: leads(0, 400), stages: rows, costs: COSTS, person_key: "id", **options)
  end

  def test_findings_costs_and_summary_are_tables
    campaigns = filled.add_responses([{ id: 1, time: START, kind: "human" }])
                      .add_measures({ time: [START], sessions: [1000] })
                      .add_stages([{ id: 99_999, stage: "mql", time: START }])
    assert_includes campaigns.findings[:finding], "stage_rows_of_unknown_leads"
    amounts = campaigns.cost_list.to_h { |row| row.values_at(:measure, :amount) }
    assert_equal 1500.1, amounts["campaign_spend"]
    assert_equal [400, 135, 1, 1, "int64"],
                 campaigns.summary[0].values_at(:leads, :stage_rows, :response_rows, :measure_rows, :id_type)
    assert_includes campaigns.inspect, "Leads"
  end

  def test_a_batch_counts_once_and_says_so
    campaigns = Leadkpi::Campaigns.new.add_leads(leads(0, 10), batch: "january")
    before = campaigns.dump
    _, said = capture_io { campaigns.add_leads(leads(0, 10), batch: "january") }
    assert_match(/#{__FILE__}:#{__LINE__ - 1}: warning: .*january/, said)
    assert_equal before, campaigns.dump
  end

  def test_parts_merge_to_the_whole
    whole = filled
    first = whole.empty_twin.add_leads(leads(0, 150)).add_costs(COSTS)
    second = whole.empty_twin.add_leads(leads(150, 250)).add_stages(stages(0, 400), columns: %i[id stage time value])
    assert_equal whole.dump, (first + second).dump
    assert_equal whole.dump, Marshal.load(Marshal.dump(whole)).dump
    refused(Leadkpi::MismatchError) { first.merge!(Leadkpi::Campaigns.new(person_key: "email")) }
    assert_raises(TypeError) { first.merge!(Leadkpi::Cohorts.new) }
  end
end

# What goes on at the same time, and for long.
class TestLiving < Minitest::Test
  include Helper

  ROWS = Array.new(4000) { |id| [id, Time.at(id % 90 * 86_400)] }.freeze

  def campaigns
    Leadkpi::Campaigns.new
  end

  def add(handle, rows)
    handle.add_leads(rows, columns: %i[id time])
  end

  def test_threads_fill_twins_that_merge_to_the_same_state
    whole = add(campaigns, ROWS)
    parts = ROWS.each_slice(1000).map do |rows|
      Thread.new { rows.each_slice(100).inject(whole.empty_twin) { |twin, part| add(twin, part) } }
    end
    assert_equal whole.dump, parts.map(&:value).inject { |a, b| a.merge!(b) }.dump
  end

  def test_threads_that_share_a_handle_take_turns_even_with_close
    shared = campaigns
    threads = Array.new(4) do |number|
      Thread.new do
        20.times { |i| add(shared, ROWS[number * 1000 + i * 10, 10]).report(kpis: ["cpl"]) }
        :done
      rescue Leadkpi::WrongStateError
        :closed
      end
    end
    shared.close
    assert_empty threads.map(&:value) - %i[done closed]
  end

  def test_two_that_merge_into_each_other_do_not_wait_for_ever
    one = add(campaigns, ROWS.first(10))
    other = add(one.empty_twin, ROWS.last(10))
    [[one, other], [other, one]].map { |a, b| Thread.new { 50.times { a.merge!(b) } } }.each { |thread| assert thread.join(20) }
  end

  # A thread of Ruby is stopped after 100 ms only. Were the others kept out of these short calls into C, one
  # that waits would get on within hardly any of them.
  def test_other_threads_run_while_the_library_works
    handle = Leadkpi::Funnel.new(%w[a b], window: "30d")
    handle.add_rows(Array.new(30_000) { |i| [i % 10_000, i.even? ? "a" : "b", Time.at(i)] })
    ticks = 0
    other = Thread.new { loop { ticks += 1 } }
    Thread.pass until ticks.positive?
    moved = (1..60).lazy.select do
      before = ticks
      Leadkpi::Library.call(:leadkpi_funnel_serialize, handle.instance_variable_get(:@pointer), nil, 0, SIZE)
      ticks > before
    end
    assert_equal 3, moved.first(3).size
  ensure
    other&.kill
  end
  SIZE = FFI::MemoryPointer.new(:size_t)

  def test_a_fork_goes_on_by_itself
    skip "no fork here" unless Process.respond_to?(:fork)
    handle = add(campaigns, ROWS.first(100))
    before = handle.dump
    reader, writer = IO.pipe(binmode: true)
    child = fork do
      writer.write(add(handle, ROWS.last(10)).dump)
      writer.close
      exit!(Leadkpi.cost_per_lead(5000, 250) == 20.0)
    end
    writer.close
    state = reader.read
    assert_predicate Process.wait2(child).last, :success?
    assert_equal before, handle.dump
    assert_equal state, add(handle, ROWS.last(10)).dump
  end

  # In a process of its own: what other tests left behind says nothing.
  FLAT = <<~'END'
    require "leadkpi"
    rows = Array.new(200) { |id| [id, Time.at(id % 90 * 86_400)] }
    rounds = proc do |count|
      count.times do
        handle = Leadkpi::Campaigns.new.add_leads(rows, columns: %i[id time])
        handle.report(grain: "month", zone: "Europe/Berlin").to_a
        Marshal.load(Marshal.dump(handle)).merge!(handle.empty_twin)
        Leadkpi.evaluate(:cpl, 5000, 250)
        Leadkpi.cost_per_lead([1.0] * 1000, [2.0] * 1000)
        begin
          handle.add_leads([[nil, Time.at(0)]], columns: %i[id time])
        rescue Leadkpi::BadDataError
          next
        end
      end
      GC.start
      File.read("/proc/self/status")[/VmRSS:\s+(\d+)/, 1].to_i
    end
    rounds.call(50)
    before = rounds.call(50)
    print rounds.call(100) - before
  END

  def test_memory_stays_flat
    skip "no /proc here" unless File.exist?("/proc/self/status")
    grown, said, = Open3.capture3(RbConfig.ruby, "-I", File.join(__dir__, "..", "lib"), "-e", FLAT)
    assert_operator Integer(grown), :<, 2000, said # kB
  end
end
