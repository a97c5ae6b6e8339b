# Builds the library from a fresh checkout; GNU make prefers the generated
# GNUmakefile over this file, which is why it is never overwritten.
# Not yet configured: make the build system, configure, and hand the target on.
.DEFAULT_GOAL := all
%:
	@test -x configure || autoreconf -fi
	@test -f config.status || ./configure
	@$(MAKE) -f GNUmakefile $@
all:
	@test -x configure || autoreconf -fi
	@test -f config.status || ./configure
	@$(MAKE) -f GNUmakefile $@
Makefile: ;
