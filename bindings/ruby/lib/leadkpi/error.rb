# frozen_string_literal: true

require_relative "library"

module Leadkpi
  # A call of the library failed, or a value could not be handed to it as it is.
  #
  # Every status of the library is a class of its own: UnknownNameError, BadDataError,
  # UndefinedError ...; {Leadkpi::STATUSES} has them all.
  class Error < StandardError
    # @return [Integer, nil] row of the input, from 0
    attr_reader :row
    # @return [String, Integer, nil] column of the input, by name where it has one
    attr_reader :column

    class << self
      # @return [Symbol] the stable name, such as :bad_data
      attr_accessor :status
      # @return [String] what the status means
      attr_accessor :meaning
    end
    self.status = :internal

    def initialize(message = nil, row: nil, column: nil)
      super(message)
      @row = row
      @column = column
    end

    # @return [Symbol] the stable name, such as :bad_data
    def status
      self.class.status
    end
  end

  # The name of each failure and its class.
  # @return [Hash{Symbol => Class}]
  STATUSES = Library.statuses.to_h do |name, meaning|
    error = Class.new(Error)
    error.status = name
    error.meaning = meaning
    [name, const_set("#{name.to_s.split("_").map(&:capitalize).join}Error", error)]
  end.freeze

  module Library # :nodoc:
    class << self
      def status_name(status)
        text(leadkpi_status_name(status)).to_sym
      end

      def failure(status, message, row: nil, column: nil)
        STATUSES.fetch(status, Error).new(message, row: row, column: column)
      end

      # Call a function that ends in an error; raise when it fails. +columns+: names of the input's.
      # @return [String] what the library says although it did not fail
      def call(name, *arguments, columns: [])
        error = ErrorStruct.new
        status = public_send(name, *arguments, error)
        message = text(error[:message].to_s).scrub
        return message if status.zero?

        row = error[:row] unless error[:row].negative?
        column = columns[error[:column]] || error[:column] unless error[:column].negative?
        message = text(leadkpi_status_meaning(status)) if message.empty?
        raise failure(status_name(status), message, row: row, column: column)
      end

      # The object that a function makes through its last argument but the error. What the function has to say
      # beside it is a warning of the line outside of this package.
      def make(name, *arguments, columns: [])
        out = FFI::MemoryPointer.new(:pointer)
        said = call(name, *arguments, out, columns: columns)
        warn(said, uplevel: caller(0).index { |line| !line.start_with?("#{__dir__}/", "<internal:") } || 0) unless said.empty?
        out.read_pointer
      end

      # The bytes that a function writes into a buffer, whose size it says first.
      def written(name, *arguments)
        needed = FFI::MemoryPointer.new(:size_t)
        call(name, *arguments, nil, 0, needed)
        buffer = FFI::MemoryPointer.new(:char, needed.get(:size_t, 0), false)
        call(name, *arguments, buffer, buffer.size, needed)
        buffer.read_bytes(needed.get(:size_t, 0))
      end

      # A text as the library takes it: bytes and their length.
      def bytes(value)
        data = Values.utf8(value, "text", nil)
        [data, data.bytesize]
      end

      # Numbers as memory that the library may read; held by what comes back.
      def memory(packed)
        FFI::MemoryPointer.new(:char, [packed.bytesize, 1].max, false).put_bytes(0, packed)
      end
    end

    # Flags of an estimate by their bit, types of columns by their number.
    FLAGS = flags.freeze
    TYPES = types.freeze
  end
end
