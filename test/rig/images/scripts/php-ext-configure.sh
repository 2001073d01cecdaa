#!/bin/sh
# Debian's packages come with every option compiled in: there is nothing to configure.
[ $# -gt 0 ] || { echo >&2 "usage: docker-php-ext-configure ext-name [configure flags]"; exit 1; }
