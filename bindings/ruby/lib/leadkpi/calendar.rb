# frozen_string_literal: true

require_relative "handle"

module Leadkpi
  # Days, weeks, months, fiscal and retail periods of a zone, and opening hours; Leadkpi.options("calendar").
  #
  #   Leadkpi::Calendar.new(grain: :week, zone: "Europe/Berlin").label(Time.utc(2025, 4, 1))   # => "2025-W14"
  #
  # Times that come back are in UTC, and nil where there is no end.
  class Calendar < Owned
    KINDS = { 1 => :once, 2 => :skipped, 3 => :repeated }.freeze
    private_constant :KINDS

    # @return [Range<Time>] from the start of the period that holds a time up to, not with, that of the next
    def period(time)
      found = asked(:period, microseconds(time))
      moment(found[:start])...moment(found[:end])
    end

    # @return [Array<Time, nil>] the start of the period of each
    def periods(times)
      given = times.map { |time| microseconds(time) }
      starts = FFI::MemoryPointer.new(:int64, [given.size, 1].max)
      opened do |pointer|
        Library.call(function(:periods), pointer, Library.memory(given.pack("q*")), given.size, 0, starts, nil)
      end
      starts.read_array_of_int64(given.size).map { |value| moment(value) }
    end

    # @return [Time, nil] the start of the period after
    def next(time)
      moment(asked(:next, microseconds(time))[:start])
    end

    # @return [Time, nil] the start of the period before
    def previous(time)
      moment(asked(:previous, microseconds(time))[:start])
    end

    # @return [String] the name of the period, such as "2025-W14"
    def label(time)
      read_bytes(:label, microseconds(time)).chop.force_encoding(Encoding::UTF_8)
    end

    # @return [Integer] seconds that local time is ahead of UTC
    def offset(time)
      asked(:offset, microseconds(time))[:seconds_east]
    end

    # @return [Hash{Symbol => Integer}] what a clock on the wall shows: year, month, day, microsecond_of_day
    def local(time)
      asked(:local, microseconds(time))
    end

    # When a clock on the wall shows that: once, twice (:repeated), or never, being turned over it (:skipped).
    # @return [Hash{Symbol => Time, Symbol}] first, last, kind
    def instant(year, month, day, microsecond_of_day = 0)
      found = asked(:instant, year, month, day, microsecond_of_day)
      { first: moment(found[:first]), last: moment(found[:last]), kind: KINDS.fetch(found[:kind]) }
    end

    # @return [Boolean] whether it is open then
    def open?(time)
      asked(:open, microseconds(time))[:open] != 0
    end

    # @return [Rational] for how many seconds it is open from the one to the other
    def open_between(from, till)
      Rational(asked(:open_between, microseconds(from), microseconds(till))[:microseconds], 1_000_000)
    end

    # @return [Time, nil] when it opens next, or the time itself where it is open
    def next_open(time)
      moment(asked(:next_open, microseconds(time))[:opens])
    end

    room_of "calendar"

    private

    def microseconds(time)
      Values.refuse(:wrong_type, "time", nil, "a Time, a DateTime or a Date", time) unless Values.time?(time)
      Values.microseconds(time, "time")
    end

    def moment(value)
      Table.moment(value) unless [Values::INT64.begin, Values::INT64.end].include?(value)
    end
  end

  # A pattern of events with conditions on time, such as "(?1)(?t<=1h)(?2).*(?3)".
  #
  # Times rise; conditions[k] has bit i set where condition i + 1 holds for event k. Who holds events of many
  # leads asks {Funnel#sequences} instead.
  class Pattern < Owned
    # @return [String]
    attr_reader :pattern

    def initialize(pattern)
      @pattern = pattern.dup.freeze
      own(Library.make(function(:create), nil, *Library.bytes(pattern)))
    end

    # @param times [Array<Time>]
    # @param conditions [Array<Integer>] bits
    # @return [Boolean]
    def match?(times, conditions)
      asked(:match, *events(times, conditions)).each_value.first != 0
    end

    # @return [Integer] matches that do not overlap
    def count(times, conditions)
      asked(:count, *events(times, conditions)).each_value.first
    end

    # @return [Array<Integer>, nil] the places of the events of the first match, from 0; nil without one
    def first(times, conditions)
      parts = opened { |pointer| Library.leadkpi_sequence_part_count(pointer) }
      places = FFI::MemoryPointer.new(:int64, [parts, 1].max)
      given = events(times, conditions)
      opened { |pointer| Library.call(function(:first), pointer, *given, places) }
      found = places.read_array_of_int64(parts)
      found unless found.include?(-1)
    end

    def inspect
      "#<#{self.class} #{pattern}>"
    end

    room_of "sequence"

    private

    def events(times, conditions)
      unless times.size == conditions.size
        raise Library.failure(:bad_argument, "conditions: expected #{times.size} of them, found #{conditions.size}")
      end

      bits = conditions.each_with_index.map { |value, row| Values.int64(value, "conditions", row) }
      [Library.memory(Kinds.instants("times", times)), Library.memory(bits.pack("q*")), times.size]
    end
  end
end
