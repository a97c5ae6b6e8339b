# frozen_string_literal: true

require_relative "helper"

# Calendars and patterns.
class TestCalendar < Minitest::Test
  include Helper

  TIME = Time.utc(2025, 4, 1)

  def test_periods_of_a_zone
    Leadkpi::Calendar.open(grain: :week, zone: "Europe/Berlin") do |calendar|
      assert_equal "2025-W14", calendar.label(TIME)
      week = calendar.period(TIME)
      assert_equal Time.utc(2025, 3, 30, 22)...Time.utc(2025, 4, 6, 22), week
      assert_includes week, TIME
      assert_equal [week.end, Time.utc(2025, 3, 23, 23)], [calendar.next(TIME), calendar.previous(TIME)]
      assert_equal [week.begin, week.end], calendar.periods([TIME, TIME + (7 * 86_400)])
      assert_equal [], calendar.periods([])
      assert_equal 7200, calendar.offset(TIME)
      assert_equal({ year: 2025, month: 4, day: 1, microsecond_of_day: 7200 * (10**6) }, calendar.local(Date.new(2025, 4, 1)))
      assert_includes calendar.describe, "Europe/Berlin"
      refused(Leadkpi::WrongTypeError) { calendar.label("2025-04-01") }
    end
    assert_equal nil...nil, Leadkpi::Calendar.new(grain: "all").period(TIME)
  end

  def test_what_a_clock_shows_once_twice_or_never
    calendar = Leadkpi::Calendar.new(zone: "Europe/Berlin")
    half_past_two = 9000 * (10**6)
    assert_equal({ first: TIME, last: TIME, kind: :once }, calendar.instant(2025, 4, 1, 7200 * (10**6)))
    assert_equal :skipped, calendar.instant(2025, 3, 30, half_past_two)[:kind]
    twice = calendar.instant(2025, 10, 26, half_past_two)
    assert_equal [:repeated, 3600.0], [twice[:kind], twice[:last] - twice[:first]]
    kinds = File.read(File.join(SOURCE, "include/leadkpi/calendar.h")).scan(/LEADKPI_LOCAL_(\w+) = (\d+)/)
    assert_equal kinds.to_h { |name, number| [number.to_i, name.downcase.to_sym] }, Leadkpi::Calendar.send(:const_get, :KINDS)
  end

  def test_opening_hours
    calendar = Leadkpi::Calendar.new(hours: "mon-fri 09:00-17:00")
    wednesday = Time.utc(2025, 1, 1, 8)
    assert_equal [false, true], [calendar.open?(wednesday), calendar.open?(wednesday + 3600)]
    assert_equal Time.utc(2025, 1, 1, 9), calendar.next_open(wednesday)
    assert_equal 40 * 3600, calendar.open_between(wednesday, wednesday + (7 * 86_400))
    free = Leadkpi::Calendar.new(hours: "mon-fri 09:00-17:00", holidays: [Date.new(2025, 1, 1), "2025-01-02"])
    assert_equal 24 * 3600, free.open_between(wednesday, wednesday + (7 * 86_400))
    refused(Leadkpi::Error, /T08:00:00/) { Leadkpi::Calendar.new(hours: "mon 09:00-17:00", holidays: [wednesday]) }
  end

  def test_a_pattern_is_found_counted_and_placed
    times = Array.new(5) { |number| day(number) }
    pattern = Leadkpi::Pattern.new("(?1)(?t<=1d)(?2)")
    assert_equal [true, 2, [0, 1]], %i[match? count first].map { |verb| pattern.public_send(verb, times, [1, 2, 4, 1, 2]) }
    assert_equal [false, 0, nil], %i[match? count first].map { |verb| pattern.public_send(verb, times, [1, 4, 4, 4, 4]) }
    assert_equal "#<Leadkpi::Pattern (?1)(?t<=1d)(?2)>", pattern.inspect
    refused(Leadkpi::BadArgumentError, /expected 5 of them, found 1/) { pattern.match?(times, [1]) }
    refused(Leadkpi::BadArgumentError) { Leadkpi::Pattern.new("(?") }
  end

  def test_neither_has_a_state
    [Leadkpi::Calendar.new(grain: :day), Leadkpi::Pattern.new("(?1)")].each do |each|
      assert_match(/no state to save/, assert_raises(TypeError) { Marshal.dump(each) }.message)
      assert_match(/no state to copy/, assert_raises(TypeError) { each.dup }.message)
      refute_respond_to each, :dump
      each.close
      refused(Leadkpi::WrongStateError) { each.is_a?(Leadkpi::Calendar) ? each.label(TIME) : each.count([TIME], [1]) }
    end
  end
end
