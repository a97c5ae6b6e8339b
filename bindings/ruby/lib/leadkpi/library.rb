# frozen_string_literal: true

require "ffi"
require_relative "version"

module Leadkpi
  # The C library: where it is, what its calls look like, what its failures are called.
  #
  # Nothing of it is repeated here. declarations.txt is written from the headers by `make
  # update-map`; statuses, flags and types are read from the library by name.
  # @api private
  module Library
    extend FFI::Library

    # A function of the library: what it gives, the types of what it takes, and their names, as C says them.
    Declaration = Struct.new(:name, :result, :parameters, :names) do
      # Calls that can fail are those that can take long: other threads of Ruby run meanwhile.
      def blocking?
        parameters.last == "leadkpi_error *"
      end
    end

    POINTER_SIZED = FFI::Pointer.size == 8 ? :int64 : :int32
    NUMBERS = {
      "int32_t" => :int32, "leadkpi_status" => :int32, "uint32_t" => :uint32, "int64_t" => :int64,
      "uint64_t" => :uint64, "size_t" => :size_t, "ptrdiff_t" => POINTER_SIZED, "double" => :double,
      "char" => :char, "void" => :void
    }.freeze

    DECLARED = File.readlines(File.join(__dir__, "declarations.txt"), chomp: true).freeze

    class << self
      # @return [Array<String>] where the library may be, best first
      def candidates
        told = ENV.fetch("LEADKPI_LIBRARY", "")
        return [told] unless told.empty?

        beside = File.join(__dir__, file_name)
        [(beside if File.exist?(beside)), file_name].compact
      end

      def file_name
        case FFI::Platform::OS
        when "windows" then "libleadkpi-#{INTERFACE}.dll"
        when "darwin" then "libleadkpi.#{INTERFACE}.dylib"
        else "libleadkpi.so.#{INTERFACE}"
        end
      end

      # "const char *name" is of the type "const char *".
      def declarations
        @declarations ||= DECLARED.filter_map do |line|
          result, name, inside = line.match(/\A([^{(]*?)(leadkpi_\w+)\((.*)\);\z/)&.captures
          next unless name

          parts = inside == "void" ? [] : inside.split(", ")
          types = parts.map { |each| each.sub(/\w+\z/, "").strip }
          [name, Declaration.new(name, result.strip, types, parts.map { |each| each[/\w+\z/].to_sym })]
        end.to_h
      end

      # The fields of a struct, for FFI::Struct.layout.
      def fields(struct)
        body = DECLARED.grep(/\Astruct #{struct} /).first[/{(.*)}/, 1]
        body.scan(/(\w+) (\w+)(?:\[(\d+)\])?;/).flat_map do |base, field, count|
          [field.to_sym, count ? [NUMBERS.fetch(base), count.to_i] : NUMBERS.fetch(base)]
        end
      end

      def type_of(declared, is_result: false)
        return NUMBERS.fetch(declared) unless declared.include?("*")

        is_result && declared == "const char *" ? :string : :pointer
      end

      def load_library
        ffi_lib candidates
      rescue LoadError => e
        raise LoadError, "the C library leadkpi was not found: install libleadkpi #{VERSION} or later, or say where " \
                         "it is in LEADKPI_LIBRARY (such as /usr/local/lib/#{file_name}); #{e.message}"
      end

      def attach(declaration)
        attach_function declaration.name, declaration.parameters.map { |type| type_of(type) },
                        type_of(declaration.result, is_result: true), blocking: declaration.blocking?
      rescue FFI::NotFoundError => e
        raise LoadError, "the C library at #{ffi_libraries.first.name} is not leadkpi #{VERSION}: #{e.message}"
      end

      # The same interface: the same major number (before 1.0: and minor), and no older release.
      def check_version(found, expected = VERSION)
        wanted, have = [expected, found].map { |text| text.split(".").map(&:to_i) }
        same = wanted.first.zero? ? 2 : 1
        return if have.first(same) == wanted.first(same) && (have <=> wanted) >= 0

        raise LoadError, "leadkpi: expected the C library #{expected} or later of the same line, found #{found}"
      end

      # The function of a KPI, which only the catalogue describes.
      def attach_kpi(function, parameters)
        name = "leadkpi_#{function}"
        attach_function name, parameters, :double unless respond_to?(name)
        method(name)
      end

      # A text of the library, which is UTF-8.
      def text(value)
        value&.dup&.force_encoding(Encoding::UTF_8)
      end

      # What the library enumerates: the block's answers for 0, 1, ... up to the first nil.
      def collect
        found = []
        while (value = yield found.size)
          found << value
        end
        found
      end

      # @return [Hash{Symbol => String}] failures and what they mean
      def statuses
        # The first one, 0, is success.
        numbers = collect { |index| leadkpi_status_at(index + 1).then { |status| status unless status.negative? } }
        numbers.to_h { |status| [text(leadkpi_status_name(status)).to_sym, text(leadkpi_status_meaning(status)).freeze] }
      end

      def flags
        bits = collect { |index| leadkpi_kpi_flag_at(index).then { |flag| flag unless flag.zero? } }
        bits.to_h { |flag| [flag, text(leadkpi_kpi_flag_name(flag)).to_sym] }
      end

      # Their numbers begin at 1 and have no gap.
      def types
        unknown = leadkpi_type_name(0)
        names = collect { |index| leadkpi_type_name(index + 1).then { |name| name unless name == unknown } }
        names.each_with_index.to_h { |name, index| [index + 1, text(name).to_sym] }
      end
    end

    load_library
    attach declarations.fetch("leadkpi_version")
    check_version leadkpi_version
    declarations.each_value { |each| attach each unless each.name == "leadkpi_version" }

    # leadkpi_error.
    class ErrorStruct < FFI::Struct
      layout(*Library.fields("leadkpi_error"))
    end

    # leadkpi_estimate.
    class EstimateStruct < FFI::Struct
      layout(*Library.fields("leadkpi_estimate"))
    end
  end

  # The version of the C library that was loaded.
  LIBRARY_VERSION = Library.text(Library.leadkpi_version).freeze
end
