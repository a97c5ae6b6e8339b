# frozen_string_literal: true

require "bigdecimal"
require "date"
require_relative "error"
require_relative "values"
require_relative "table"

module Leadkpi
  # Options by name: what can be set, its type and its default are the library's to say.
  # @api private
  module Options
    ZONE_FOLDERS = ["/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo"].freeze

    class << self
      # An options object of the library while the block runs. nil leaves a default.
      def made(schema, values)
        pointer = Library.make(:leadkpi_options_create, nil, *Library.bytes(schema))
        values = values.compact
        values.each { |name, value| set(pointer, name.to_s, value) }
        give_zone(pointer, schema, values.transform_keys(&:to_s))
        yield pointer
      ensure
        Library.leadkpi_options_free(pointer)
      end

      def names(schema)
        @names ||= {}
        @names[schema] ||= made(schema, {}) { |it| Table.from(:leadkpi_options_list, it) }[:name].map(&:to_sym)
      end

      # @return [Hash] those of the options that a schema has
      def taken(schema, options)
        options.empty? ? options : options.slice(*names(schema))
      end

      # @return [Array<String>] of the reports of a room: "cohorts_retention", "cohorts_churn" ...
      def report_schemas(room)
        schemas.select { |each| each.start_with?("#{room}_") }
      end

      # As the library refuses an option, with the nearest of those of a room and its reports.
      # @return [UnknownNameError]
      def unknown(name, room)
        all = [room, *report_schemas(room)].flat_map { |schema| names(schema) }.uniq.join(",")
        found = Library.leadkpi_options_nearest_name(*Library.bytes(name.to_s), *Library.bytes(all), nil)
        nearest = %(; the nearest name is "#{found.split(",").first}") if found
        Library.failure(:unknown_name, %(option: nothing is called "#{name}"#{nearest}))
      end

      # The schema of a report: that of its name, of the name that it begins with, or of its room.
      def schema_of(room, verb)
        own = schemas.select { |each| "#{room}_#{verb}_".start_with?("#{each}_") && each != room }
        own.max_by(&:length) || "#{room}_report"
      end

      # The TZif bytes of a zone such as "Europe/Berlin", which the library does not read itself.
      def zone_data(name)
        parts = name.split("/", -1)
        return if parts.any? { |part| ["", ".", ".."].include?(part) || part.match?(/[\\\0]/) }

        folders = [ENV.fetch("TZDIR", nil), *ZONE_FOLDERS].compact
        path = folders.map { |folder| File.join(folder, *parts) }.find { |each| File.file?(each) }
        File.binread(path) if path
      end

      private

      def schemas
        @schemas ||= Table.from(:leadkpi_options_schemas, nil)[:schema]
      end

      def set(pointer, name, value)
        key = Library.bytes(name)
        case value
        when true, false then Library.call(:leadkpi_options_set_bool, pointer, *key, value ? 1 : 0)
        when Integer then Library.call(:leadkpi_options_set_int64, pointer, *key, Values.int64(value, name))
        when Float then Library.call(:leadkpi_options_set_double, pointer, *key, value)
        else set_other(pointer, name, key, value)
        end
      end

      def set_other(pointer, name, key, value)
        time = Values.time?(value) ? Values.microseconds(value, name) : Values.duration(value, name)
        return Library.call(:leadkpi_options_set_int64, pointer, *key, time) if time

        Library.call(:leadkpi_options_set_text, pointer, *key, *Library.bytes(written(name, value)))
      end

      # A text, or a list as the library reads it: items in double quotes, commas between.
      def written(name, value)
        value = value.map { |key, item| "#{key}=#{item(name, item)}" } if value.is_a?(Hash)
        return item(name, value) unless value.respond_to?(:to_ary)

        value.to_ary.map { |each| %("#{item(name, each).gsub('"', '""')}") }.join(",")
      end

      def item(name, value)
        case value
        when String then value
        when Symbol, Integer, Float then value.to_s
        when BigDecimal then value.to_s("F")
        else moment(value) || duration(name, value) || zone(value) ||
          raise(Library.failure(:wrong_type, "#{name}: expected a text, a number, a time or a list of them, " \
                                             "found #{Values.shown(value)}"))
        end
      end

      def moment(value)
        return value.iso8601 if value.instance_of?(Date)

        value.to_time.getutc.strftime("%Y-%m-%dT%H:%M:%S.%6NZ") if Values.time?(value)
      end

      def duration(name, value)
        microseconds = Values.duration(value, name)
        "#{microseconds}us" if microseconds
      end

      # Of ActiveSupport, or of TZInfo.
      def zone(value)
        return value.tzinfo.name if value.respond_to?(:tzinfo)

        value.identifier if value.respond_to?(:identifier)
      end

      # Whether the library needs no rules for a zone. UTC from a file would be another definition than UTC,
      # and its states would not merge.
      def known?(zone)
        made("calendar", {}) do |pointer|
          Library.call(:leadkpi_options_set_text, pointer, *Library.bytes("zone"), *Library.bytes(zone))
          Library.leadkpi_calendar_free(Library.make(:leadkpi_calendar_create, nil, pointer))
        end
        true
      rescue Error
        false
      end

      # The library opens no file, so a named zone gets its rules from this machine.
      def give_zone(pointer, schema, values)
        zone = values["zone"]
        return if !zone || values["zone_data"] || values["zone_rule"] || !names(schema).include?(:zone_data)

        data = zone_data(item("zone", zone)) unless known?(item("zone", zone))
        Library.call(:leadkpi_options_set_text, pointer, *Library.bytes("zone_data"), *Library.bytes(data)) if data
      end
    end
  end

  class << self
    # What has options: "campaigns", "campaigns_report", ...
    # @return [Table]
    def schemas
      Table.from(:leadkpi_options_schemas, nil)
    end

    # The options of a schema: name, type, unit, minimum, maximum, choices, default, value, meaning.
    # @param schema [String, Symbol] such as "funnel"; {schemas} lists them
    # @return [Table]
    def options(schema)
      Options.made(schema, {}) { |pointer| Table.from(:leadkpi_options_list, pointer) }
    end
  end
end
