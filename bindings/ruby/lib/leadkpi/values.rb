# frozen_string_literal: true

require "bigdecimal"
require "date"
require_relative "error"

module Leadkpi
  # One value of Ruby as the library takes it: exactly, or refused by name.
  # @api private
  module Values
    INT64 = (-2**63...2**63).freeze
    SCALE_MAX = 18 # digits after the point of a decimal column

    class << self
      # @raise [Error] of a status, with the row and the column
      def refuse(status, name, row, expected, value)
        where = row ? %(column "#{name}", row #{row}) : name
        raise Library.failure(status, "#{where}: expected #{expected}, found #{shown(value)}", row: row, column: name)
      end

      def shown(value)
        return "an Integer of #{value.bit_length} bits" if value.is_a?(Integer) && value.bit_length > 200

        text = value.inspect.scrub
        text.length <= 60 ? text : "#{text[0, 57]}..."
      end

      def int64(value, name, row = nil)
        refuse(:wrong_type, name, row, "an Integer", value) unless value.is_a?(Integer)
        INT64.cover?(value) ? value : refuse(:overflow, name, row, "an Integer of 64 bits", value)
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
        fraction = value.subsec * 1_000_000
        unless fraction == fraction.to_i
          refuse(:bad_data, name, row, "a time in whole microseconds (time.floor(6))",
                 value.strftime("%Y-%m-%d %H:%M:%S.%9N %z"))
        end
        int64((value.to_i * 1_000_000) + fraction.to_i, name, row)
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

      # Coefficient and exponent of ten, without zeros at the end of a fraction.
      def decimal_parts(value, name, row = nil)
        case value
        when Integer then [value, 0]
        when BigDecimal then big_decimal_parts(value, name, row)
        when Rational then rational_parts(value, name, row)
        else refuse(:wrong_type, name, row, "a BigDecimal, a Rational or an Integer", value)
        end
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

      def big_decimal_parts(value, name, row)
        refuse(:bad_data, name, row, "a finite BigDecimal", value) unless value.finite?
        return [0, 0] if value.zero?

        sign, digits, _base, exponent = value.split # digits have no zero at their end
        [sign * digits.to_i, exponent - digits.length]
      end

      def rational_parts(value, name, row)
        scale = (0..SCALE_MAX).find { |digits| (10**digits % value.denominator).zero? }
        unless scale
          refuse(:overflow, name, row, "a Rational of at most #{SCALE_MAX} decimal digits after the point", value)
        end
        [value.numerator * (10**scale / value.denominator), -scale]
      end
    end
  end
end
