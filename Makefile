# Builds the library from a fresh checkout: `make demo`, `make check`, `make install`.
#
# configure writes a GNUmakefile, which GNU make prefers to this file, so this
# one is read only while the tree is not configured. It then makes the tree
# ready and hands all targets on in one piece, whatever their number and -j; without
# -j the first build takes all processors.
#   ./bootstrap   on a git checkout: missing build packages, then configure itself;
#                 in a release tarball there is nothing for it to do
#   ./configure   the defaults; run it by hand for other ones, or in another folder
goals := $(sort $(or $(MAKECMDGOALS),all))
cleaning := $(filter clean mostlyclean distclean maintainer-clean,$(goals))

# Nothing runs before the tree is ready, and then everything runs at once.
.PHONY: $(goals) hand-on
$(goals): hand-on
	@:

ifeq ($(goals),$(sort $(cleaning)))
hand-on:
	@echo "The tree is not configured: nothing to clean."
else ifneq (,$(findstring n,$(firstword -$(MAKEFLAGS))))
hand-on:
	./bootstrap && ./configure
	make -f GNUmakefile $(MAKECMDGOALS)
else
hand-on:
	@./bootstrap
	@test -f GNUmakefile && test -f config.status || ./configure
	@case " $$MAKEFLAGS" in \
	*' -j'*) $(MAKE) -f GNUmakefile $(MAKECMDGOALS) ;; \
	*) $(MAKE) -f GNUmakefile -j"$$(nproc 2>/dev/null || echo 1)" $(MAKECMDGOALS) ;; \
	esac
endif

# This file is not made from anything.
Makefile: ;
