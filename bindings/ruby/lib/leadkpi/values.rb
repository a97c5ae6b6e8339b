# frozen_string_literal: true

require "bigdecimal"
require "date"
require_relative "error"

module Leadkpi
  # One value of Ruby as the library takes it: exactly, or refused by name.
  # @api private
  module Values
    INT64 = -(2**63)..((2**63) - 1)
    SCALE_MAX = 18 # digits after the point of a decimal column

    class << self
      # @raise [Error] of a status, with the row and the column
      def refuse(status, name, row, expected, value)
        where = row ? %(column "#{name}", row #{row}) : name
        raise Library.failure(status, "#{where}: expected #{expected}, found #{shown(value)}", row: row, column: name.to_s)
      end

      def shown(value)
        return "an Integer of #{value.bit_length} bits" if value.is_a?(Integer) && value.bit_length > 200

        text = value.inspect.scrub
        text.length <= 60 ? text : "#{text[0, 57]}..."
      end

      def int64?(whole)
        whole.bit_length < 64
      end

      def int64(value, name, row = nil)
        refuse(:wrong_type, name, row, "an Integer", value) unless value.is_a?(Integer)
        int64?(value) ? value : refuse(:overflow, name, row, "an Integer of 64 bits", value)
      end

      # A number as a double: an Integer exactly or not at all, a BigDecimal or Rational to the nearest.
      def double(value, name, row = nil)
        case value
        when Float then value
        when Integer then exact_double(value, name, row)
        when BigDecimal, Rational then value.to_f
        else refuse(:wrong_type, name, row, "a number", value)
        end
      end

      def time?(value)
        case value
        when Time, Date then true
        when String, Numeric, nil then false
        else value.respond_to?(:to_time) && value.respond_to?(:utc)
        end
      end

      # Since 1970-01-01T00:00:00Z. A Date is midnight UTC.
      def microseconds(value, name, row = nil)
        value = Time.utc(value.year, value.month, value.day) if value.instance_of?(Date)
        value = value.to_time unless value.instance_of?(Time)
        unless (1_000_000 % value.subsec.denominator).zero?
          refuse(:bad_data, name, row, "a time in whole microseconds (time.floor(6))",
                 value.strftime("%Y-%m-%d %H:%M:%S.%9N %z"))
        end
        int64((value.to_i * 1_000_000) + value.usec, name, row)
      end

      # The microseconds of a duration of ActiveSupport; nil for anything else.
      def duration(value, name)
        return unless value.respond_to?(:parts) && value.respond_to?(:iso8601)

        if %i[years months].any? { |unit| value.parts.key?(unit) }
          refuse(:bad_argument, name, nil, "a duration of weeks, days or less, whose length is fixed", value)
        end
        micro = value.to_r * 1_000_000
        micro == micro.to_i ? int64(micro.to_i, name) : refuse(:bad_argument, name, nil, "whole microseconds", value)
      end

      # How many digits a decimal has after its point.
      def scale(value, name, row = nil)
        case value
        when Integer then 0
        when BigDecimal
          value.finite? ? value.scale : refuse(:bad_data, name, row, "a finite BigDecimal", value)
        when Rational
          (0..SCALE_MAX).find { |digits| ((10**digits) % value.denominator).zero? } ||
            refuse(:overflow, name, row, "a Rational of at most #{SCALE_MAX} decimal digits after the point", value)
        else refuse(:wrong_type, name, row, "a BigDecimal, a Rational or an Integer", value)
        end
      end

      # A decimal of at most so many digits after the point as an Integer; nil where 64 bits do not hold it.
      def unscaled(value, scale)
        return if value.is_a?(BigDecimal) && value.exponent > 20 # 1E+999999 is not written out

        whole = (value * (10**scale)).to_i
        whole if int64?(whole)
      end

      # A text as bytes: UTF-8, or binary as it is.
      def utf8(value, name, row)
        value = value.to_s
        case value.encoding
        when Encoding::UTF_8, Encoding::US_ASCII, Encoding::BINARY then value.b
        else value.encode(Encoding::UTF_8).b
        end
      rescue EncodingError
        refuse(:bad_data, name, row, "a String that UTF-8 can say", value)
      end

      private

      def exact_double(value, name, row)
        result = value.to_f if value.bit_length <= 1024
        return result if result&.finite? && result.to_i == value

        refuse(:overflow, name, row, "an Integer that a double holds exactly", value)
      end
    end
  end
end
