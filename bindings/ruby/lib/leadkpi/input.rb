# frozen_string_literal: true

require_relative "values"
require_relative "table"

module Leadkpi
  # Values whose type is said rather than seen.
  #
  #   Leadkpi::Column.new([1_700_000_000_000_000], :timestamp)  # microseconds since 1970
  #   Leadkpi::Column.new([150, 5], :decimal, 2)                # 1.50 and 0.05
  #
  # @!attribute type
  #   @return [Symbol] :int64, :double, :bool, :text, :timestamp or :decimal
  # @!attribute scale
  #   @return [Integer, nil] of a decimal column of Integers: a value is values[i] / 10**scale
  Column = Struct.new(:values, :type, :scale)

  # Columns from what people have: a Hash of columns, rows that are Hashes or Arrays, a {Table}.
  # @api private
  module Columns
    class << self
      # @param order [Array, nil] the names of the cells of rows that are Arrays
      # @param names [Hash] the library's name => the caller's; empty: all, as they are
      # @return [Hash{String => Array, Column}]
      def of(data, order, names)
        columns = order ? of_arrays(data, order.map(&:to_s)) : unordered(data)
        names.empty? ? columns : renamed(columns, names)
      end

      private

      def unordered(data)
        return data.to_h.transform_keys(&:to_s) if data.is_a?(Hash) || data.is_a?(Table)

        rows = rows_of(data)
        unless rows.none?(Array)
          raise Library.failure(:bad_argument, "columns: expected the names of the cells, in their order, for rows " \
                                               "that are Arrays; found none")
        end
        of_hashes(rows.map.with_index { |row, index| hash_of(row, index) })
      end

      def rows_of(data)
        return data.to_a if data.respond_to?(:each)

        raise Library.failure(:wrong_type, "data: expected a Hash of columns, rows, or a Leadkpi::Table, " \
                                           "found #{Values.shown(data)}")
      end

      def hash_of(row, index)
        hash = if row.respond_to?(:attributes) then row.attributes # a record of ActiveRecord
               elsif !row.nil? && row.respond_to?(:to_h) then row.to_h
               end
        hash || raise(Library.failure(:wrong_type, "row #{index}: expected a Hash or what has to_h, found " \
                                                   "#{Values.shown(row)}", row: index))
      end

      # What a row does not have is nil.
      def of_hashes(rows)
        rows.flat_map(&:keys).uniq.to_h { |key| [key.to_s, rows.map { |row| row[key] }] }
      end

      def of_arrays(data, order)
        rows = rows_of(data)
        rows.each_with_index do |row, index|
          next if row.is_a?(Array) && row.length == order.length

          raise Library.failure(:wrong_type, "row #{index}: expected an Array of #{order.length} (#{order.join(", ")}), " \
                                             "found #{Values.shown(row)}", row: index)
        end
        order.zip(rows.empty? ? order.map { [] } : rows.transpose).to_h
      end

      def renamed(columns, names)
        names.to_h do |name, source|
          values = columns.fetch(source.to_s) do
            raise Library.failure(:unknown_name, %(column "#{source}" (for #{name}): there is none; there are ) +
                                                 columns.keys.join(", "), column: source.to_s)
          end
          [name.to_s, values]
        end
      end
    end
  end

  # A table of the library over columns that go in. Holds on to whatever was lent.
  # @api private
  class Input
    attr_reader :pointer, :names

    # The table while the block runs; nil stays nil.
    def self.made(data, order = nil, names = {})
      return yield(nil) if data.nil?

      input = new(Columns.of(data, order, names))
      yield input
    ensure
      input&.free
    end

    def initialize(columns)
      @names = []
      @kept = []
      @pointer = Library.make(:leadkpi_table_create, nil)
      columns.each { |name, values| add(name, values) }
    rescue StandardError
      free
      raise
    end

    def free
      Library.leadkpi_table_free(@pointer)
      @pointer = nil
      @kept.clear
    end

    def to_ptr
      @pointer
    end

    private

    def add(name, values)
      @names << name
      told = scale = nil
      values, told, scale = check_told(name, values).to_a if values.is_a?(Column)
      unless values.respond_to?(:each) && !values.is_a?(Hash)
        raise Library.failure(:wrong_type, %(column "#{name}": expected an Array of values, found ) +
                                           Values.shown(values), column: name)
      end
      values = values.to_a
      kind = told || Kinds.seen(name, values)
      kind ? convert(name, values, kind, scale) : nulls(name, values.length)
    end

    # Without a value there is no type to see; the library takes it for any.
    def nulls(name, rows)
      Library.call(:leadkpi_table_add_nulls, @pointer, *Library.bytes(name), rows, columns: @names)
    end

    def check_told(name, column)
      types = Library::TYPES.values - [:other]
      return column if types.include?(column.type)

      raise Library.failure(:wrong_type, %(column "#{name}": expected a type of #{types.join(", ")}; found ) +
                                         column.type.inspect, column: name)
    end

    def convert(name, values, kind, scale)
      validity = lend(Kinds.validity(values)) if values.include?(nil)
      case kind
      when :text then text(name, values, validity)
      when :decimal then decimal(name, values, scale, validity)
      else borrow(name, kind, packed(name, values, kind), [], values.length, validity)
      end
    end

    def packed(name, values, kind)
      case kind
      when :int64 then Kinds.int64s(name, values)
      when :double then each_value(values, 0.0) { |value, row| Values.double(value, name, row) }.pack("d*")
      when :bool then each_value(values, 0) { |value, row| Kinds.truth(value, name, row) }.pack("C*")
      else Kinds.instants(name, values)
      end
    end

    def each_value(values, of_nil)
      values.each_with_index.map { |value, row| value.nil? ? of_nil : yield(value, row) }
    end

    def decimal(name, values, scale, validity)
      if scale && values.all? { |value| value.nil? || value.is_a?(Integer) }
        unscaled = Kinds.int64s(name, values)
      else
        unscaled, scale = Kinds.decimals(name, values, scale)
      end
      borrow(name, :decimal, unscaled, [scale], values.length, validity)
    end

    def text(name, values, validity)
      parts = each_value(values, "") { |value, row| Kinds.part(value, name, row) }
      offset = 0
      offsets = parts.map { |part| (offset += part.bytesize) - part.bytesize } << offset
      Library.call(:leadkpi_table_borrow_text, @pointer, *Library.bytes(name), lend(offsets.pack("q*")),
                   lend(parts.join), values.length, validity, columns: @names)
    end

    def borrow(name, kind, packed, scale, rows, validity)
      Library.call(:"leadkpi_table_borrow_#{kind}", @pointer, *Library.bytes(name), lend(packed), *scale, rows, 0,
                   validity, columns: @names)
    end

    def lend(packed)
      @kept << Library.memory(packed)
      @kept.last
    end
  end

  # What type a column has, and its values in that type.
  # @api private
  module Kinds
    JOINED = { %i[int64 double] => :double, %i[int64 decimal] => :decimal }.freeze

    class << self
      # The type of a column, from its values; nil where there is none.
      def seen(name, values)
        firsts = {}.compare_by_identity # a value of each class
        values.each { |value| firsts[value.class] ||= value }
        firsts.delete(NilClass)
        kinds = firsts.each_value.map { |value| kind_of(value) }.uniq
        kinds.empty? ? nil : join(kinds) || refuse_mix(name, values)
      end

      # One bit a row, lowest first.
      def validity(values)
        [values.map { |value| value.nil? ? "0" : "1" }.join].pack("b*")
      end

      def int64s(name, values)
        return values.pack("q*") if values.all?(Integer) && values.minmax.all?(Values::INT64)

        values.each_with_index.map { |value, row| value.nil? ? 0 : Values.int64(value, name, row) }.pack("q*")
      end

      def instants(name, values)
        values.each_with_index.map do |value, row|
          case value
          when nil then 0
          when Integer then Values.int64(value, name, row)
          else
            unless Values.time?(value)
              Values.refuse(:wrong_type, name, row, "a Time, a DateTime, a Date or nil", value)
            end
            Values.microseconds(value, name, row)
          end
        end.pack("q*")
      end

      # Unscaled values at one scale, which is the smallest that shows them all unless it is told.
      def decimals(name, values, scale)
        parts = values.each_with_index.map { |value, row| value.nil? ? [0, 0] : Values.decimal_parts(value, name, row) }
        scale ||= [0, *parts.map { |_, exponent| -exponent }].max
        unscaled = parts.each_with_index.map do |(coefficient, exponent), row|
          shifted(coefficient, exponent + scale, scale) ||
            Values.refuse(:overflow, name, row, "a decimal of 64 bits at one scale of at most #{Values::SCALE_MAX}",
                          values[row])
        end
        [unscaled.pack("q*"), [scale, Values::SCALE_MAX].min]
      end

      def truth(value, name, row)
        case value
        when true then 1
        when false then 0
        else Values.refuse(:wrong_type, name, row, "true, false or nil", value)
        end
      end

      def part(value, name, row)
        case value
        when String, Symbol then Values.utf8(value, name, row)
        else Values.refuse(:wrong_type, name, row, "a String or a Symbol", value)
        end
      end

      private

      def kind_of(value)
        case value
        when true, false then :bool
        when Integer then :int64
        when Float then :double
        when BigDecimal, Rational then :decimal
        when String, Symbol then :text
        else :timestamp if Values.time?(value)
        end
      end

      # The one type that holds all of these, if there is one.
      def join(kinds)
        kinds.one? ? kinds.first : JOINED.find { |parts, _| (kinds - parts).empty? }&.last
      end

      def refuse_mix(name, values)
        before = []
        values.each_with_index do |value, row|
          next if value.nil?

          kind = kind_of(value)
          unless kind
            Values.refuse(:wrong_type, name, row, "an Integer, Float, BigDecimal, Rational, String, Symbol, Time, " \
                                                  "DateTime, Date, true, false or nil", value)
          end
          unless join(before | [kind])
            Values.refuse(:wrong_type, name, row, "a value of the type of those before it (#{join(before)})", value)
          end
          before |= [kind]
        end
      end

      def shifted(coefficient, shift, scale)
        return 0 if coefficient.zero?
        return unless (0..2 * Values::SCALE_MAX).cover?(shift) && scale <= Values::SCALE_MAX

        unscaled = coefficient * (10**shift)
        unscaled if Values::INT64.cover?(unscaled)
      end
    end
  end
end
