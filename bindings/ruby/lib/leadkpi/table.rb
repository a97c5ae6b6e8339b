# frozen_string_literal: true

require "bigdecimal"
require_relative "error"
require_relative "values"

module Leadkpi
  # What a report gives: named columns of equal length, as plain Ruby values.
  #
  # Text is a String, timestamps are Times in UTC, decimals are BigDecimals, null is nil.
  # Each row is a Hash with Symbols for keys, so that Enumerable and pattern matching work:
  #
  #   table.each { |row| puts row[:reached] }
  #   table[:reached]                                  # => [3, 3, 1]
  #   table[0]                                         # => {segment: nil, step: 1, ...}
  #   table.find { |row| row in {step: 2} }
  class Table
    include Enumerable

    SHOWN_ROWS = 60
    private_constant :SHOWN_ROWS

    # @return [Array<Symbol>] the names of the columns, in their order
    attr_reader :columns
    # @return [Hash{Symbol => String}] what the values of a column are, such as "persons"; "" where nothing is said
    attr_reader :units
    # @return [Integer] how many rows there are
    attr_reader :size
    alias length size

    # The table of the library; nil of one that was made in Ruby.
    # @api private
    attr_reader :pointer

    # Call a function that makes a table. +columns+: names of the input's.
    # @api private
    def self.from(function, *arguments, columns: [])
      allocate.tap { |table| table.send(:take, Library.make(function, *arguments, columns: columns)) }
    end

    # @api private
    def self.moment(microseconds)
      Time.at(microseconds.div(1_000_000), microseconds.modulo(1_000_000), :microsecond).utc
    end

    # @param columns [Hash{Symbol => Array}]
    # @param units [Hash{Symbol => String}]
    def initialize(columns, units = {})
      @data = columns.to_h { |name, values| [name.to_sym, values.to_a.dup.freeze] }
      shape(@data.keys, @data.each_value.first&.length || 0, units)
      return if @data.each_value.all? { |values| values.length == @size }

      raise ArgumentError, "columns of different lengths"
    end

    # @yieldparam row [Hash{Symbol => Object}]
    # @return [Enumerator] without a block
    def each
      return to_enum(:each) { size } unless block_given?

      @size.times { |index| yield self[index] }
      self
    end

    # A column by its name, or a row by its number (from the end where it is negative).
    # @param key [Symbol, String, Integer]
    # @return [Array, Hash, nil] nil where there is no such row
    # @raise [KeyError] where there is no such column
    def [](key)
      unless key.is_a?(Integer)
        return data.fetch(key.to_sym) { raise KeyError, "no column #{key}; there are #{columns.join(", ")}" }
      end

      key += @size if key.negative?
      data.transform_values { |values| values[key] } if (0...@size).cover?(key)
    end

    # @return [Hash{Symbol => Array}] the columns, such as a data frame is made from; with a block, what
    #   it gives for each row: table.to_h { |row| row.values_at(:channel, :cost_per_lead) }
    def to_h(&block)
      block ? super : data.dup
    end

    # @return [Array<Array>] the rows without their names, as ActiveRecord's pluck has them
    def rows
      columns.empty? ? [] : data.values.transpose
    end

    def empty?
      @size.zero?
    end

    def ==(other)
      other.is_a?(Table) && data == other.to_h
    end

    # Aligned text, at most 60 rows.
    def to_s
      cells = data.map { |name, values| column_text(name, values.first(SHOWN_ROWS)) }
      lines = cells.empty? ? [] : cells.transpose.map { |row| row.join("  ").rstrip }
      lines << "... #{@size} rows" if @size > SHOWN_ROWS
      lines.join("\n")
    end

    def inspect
      "#<#{self.class} of #{@size} rows: #{columns.join(", ")}>"
    end

    def marshal_dump
      [data, units]
    end

    def marshal_load(state)
      initialize(*state)
    end

    private

    # The columns. Cells of a table of the library are read when they are first asked for.
    def data
      @data ||= columns.each_with_index.to_h { |name, index| [name, read(index).freeze] }.freeze
    end

    # Over a table of the library, which is freed with this one.
    def take(pointer)
      @pointer = FFI::AutoPointer.new(pointer, Library.method(:leadkpi_table_free))
      count = Library.leadkpi_table_column_count(@pointer)
      names = Array.new(count) { |index| Library.text(Library.leadkpi_table_column_name(@pointer, index)).to_sym }
      units = names.each_with_index.to_h do |name, index|
        [name, Library.text(Library.leadkpi_table_column_unit(@pointer, index))]
      end
      shape(names, Library.leadkpi_table_row_count(@pointer), units)
    end

    def shape(columns, size, units)
      @columns = columns.freeze
      @size = size
      @units = units.freeze
    end

    def read(index)
      return [] if @size.zero?

      kind = Library::TYPES.fetch(Library.leadkpi_table_column_type(@pointer, index))
      values = kind == :text ? read_texts(index) : read_numbers(index, kind)
      bits = Library.leadkpi_table_column_validity(@pointer, index)
      return values if bits.null?

      valid = bits.read_bytes((@size + 7) / 8).unpack1("b*")
      values.each_index { |row| values[row] = nil if valid[row] == "0" }
    end

    def read_texts(index)
      offsets, data = Array.new(2) { FFI::MemoryPointer.new(:pointer) }
      Library.call(:leadkpi_table_column_text, @pointer, index, offsets, data)
      places = offsets.read_pointer.read_array_of_int64(@size + 1)
      whole = data.read_pointer.read_bytes(places.last).force_encoding(Encoding::UTF_8)
      places.each_cons(2).map { |from, to| whole.byteslice(from, to - from) }
    end

    def read_numbers(index, kind)
      place = Library.leadkpi_table_column_values(@pointer, index, nil) # an output's have no gap between them
      case kind
      when :double then place.read_array_of_double(@size)
      when :bool then place.read_array_of_uint8(@size).map { |value| value != 0 }
      when :timestamp then place.read_array_of_int64(@size).map { |value| Table.moment(value) }
      when :decimal then decimals(place, Library.leadkpi_table_column_scale(@pointer, index))
      else place.read_array_of_int64(@size)
      end
    end

    def decimals(place, scale)
      place.read_array_of_int64(@size).map { |value| BigDecimal("#{value}e-#{scale}") }
    end

    def column_text(name, values)
      shown = [name.to_s, *values.map { |value| cell_text(value) }]
      width = shown.map(&:length).max
      right = values.any?(Numeric)
      shown.map { |cell| right ? cell.rjust(width) : cell.ljust(width) }
    end

    def cell_text(value)
      case value
      when nil then "-"
      when Float then format("%.6g", value)
      when BigDecimal then value.to_s("F")
      when Time then value.strftime(value.subsec.zero? ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%dT%H:%M:%S.%6NZ")
      else value.to_s.scrub
      end
    end
  end
end
