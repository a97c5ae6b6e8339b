# frozen_string_literal: true

require "bigdecimal"
require_relative "values"

module Leadkpi
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

      # Floats are packed at once, so are Integers that all are exact; others are looked at one by one.
      def doubles(values, of_nil, name)
        given = filled(values, of_nil)
        return given.pack("d*") if given.all?(Float) || integers?(given) { |each| each.abs <= 2**53 }

        given.each_with_index.map { |value, row| Values.double(value, name, row) }.pack("d*")
      end

      # One bit a row, lowest first.
      def validity(values)
        [values.map { |value| value.nil? ? "0" : "1" }.join].pack("b*")
      end

      def int64s(name, values)
        whole = filled(values, 0)
        return whole.pack("q*") if integers?(whole) { |each| Values.int64?(each) }

        whole.each_with_index.map { |value, row| Values.int64(value, name, row) }.pack("q*")
      end

      def instants(name, values)
        values.each_with_index.map do |value, row|
          case value
          when nil then 0
          when Integer then Values.int64(value, name, row)
          else
            Values.time?(value) || Values.refuse(:wrong_type, name, row, "a Time, a DateTime, a Date or nil", value)
            Values.microseconds(value, name, row)
          end
        end.pack("q*")
      end

      # Integers at one scale, which is the smallest that shows them all unless it is told.
      def decimals(name, values, scale)
        given = filled(values, 0)
        BigDecimal.save_limit do
          BigDecimal.limit(0) # products are exact
          digits = given.each_with_index.map { |value, row| Values.scale(value, name, row) }
          scale ||= [*digits.max, Values::SCALE_MAX].min
          unscaled = given.each_with_index.map do |value, row|
            (Values.unscaled(value, scale) if digits[row] <= scale) ||
              Values.refuse(:overflow, name, row, "a decimal of 64 bits at one scale of at most #{Values::SCALE_MAX}", value)
          end
          [unscaled.pack("q*"), scale]
        end
      end

      def truth(value, name, row)
        case value
        when true then 1
        when false then 0
        else Values.refuse(:wrong_type, name, row, "true, false or nil", value)
        end
      end

      # Texts, and all of them together, in bytes as the library takes them.
      def texts(name, values)
        values.each_with_index do |value, row|
          next if value.nil? || value.is_a?(String) || value.is_a?(Symbol)

          Values.refuse(:wrong_type, name, row, "a String or a Symbol", value)
        end
        parts = values.map(&:to_s) # nil.to_s is empty
        joined = together(parts)
        return [parts, joined] if joined

        parts = parts.each_with_index.map { |part, row| Values.utf8(part, name, row) }
        [parts, parts.join]
      end

      private

      # Whether all are Integers, the smallest and the largest of which pass the block.
      def integers?(values, &block)
        values.all?(Integer) && values.minmax.compact.all?(&block)
      end

      def filled(values, of_nil)
        return values unless values.any?(nil)

        values.map { |value| value.nil? ? of_nil : value }
      end

      # nil where one of them is of an encoding that has to be converted first.
      def together(parts)
        joined = parts.join
        joined if [Encoding::UTF_8, Encoding::US_ASCII, Encoding::BINARY].include?(joined.encoding)
      rescue EncodingError
        nil
      end

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
    end
  end
end
