# frozen_string_literal: true

module Leadkpi
  # Of this gem. The C library is of the same line and not older.
  VERSION = "0.1.0"

  # The number in the SONAME of the C library.
  INTERFACE = 0
end
