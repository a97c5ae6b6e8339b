/* The layout of the public structs: pinned, since compiled programs hold it.
 * SIZE(type, 64-bit size, 32-bit size), FIELD(type, field, 64-bit offset, 32-bit offset);
 * together with -Wpadded they leave no room for a hole or a moved field. */
#include <leadkpi.h>

#define BITS(of64, of32) (sizeof(void *) == 8 ? (of64) : (of32))
#define SIZE(type, of64, of32)                                                                     \
    _Static_assert(sizeof(type) == BITS(of64, of32), "size of " #type);
#define FIELD(type, field, of64, of32)                                                             \
    _Static_assert(offsetof(type, field) == BITS(of64, of32), "place of " #type "." #field);

SIZE(leadkpi_error, 512, 512)
FIELD(leadkpi_error, code, 0, 0)
FIELD(leadkpi_error, column, 4, 4)
FIELD(leadkpi_error, row, 8, 8)
FIELD(leadkpi_error, message, 16, 16)
FIELD(leadkpi_error, reserved, 416, 416)

SIZE(leadkpi_host, 64, 40)
FIELD(leadkpi_host, struct_size, 0, 0)
FIELD(leadkpi_host, memory_limit_bytes, 8, 8)
FIELD(leadkpi_host, user, 16, 16)
FIELD(leadkpi_host, allocate, 24, 20)
FIELD(leadkpi_host, reallocate, 32, 24)
FIELD(leadkpi_host, release, 40, 28)
FIELD(leadkpi_host, interrupted, 48, 32)
FIELD(leadkpi_host, reserved, 56, 36)

SIZE(leadkpi_estimate, 96, 96)
FIELD(leadkpi_estimate, value, 0, 0)
FIELD(leadkpi_estimate, low, 8, 8)
FIELD(leadkpi_estimate, high, 16, 16)
FIELD(leadkpi_estimate, level, 24, 24)
FIELD(leadkpi_estimate, n, 32, 32)
FIELD(leadkpi_estimate, kpi, 40, 40)
FIELD(leadkpi_estimate, status, 44, 44)
FIELD(leadkpi_estimate, flags, 48, 48)
FIELD(leadkpi_estimate, basis, 52, 52)
FIELD(leadkpi_estimate, input, 56, 56)
FIELD(leadkpi_estimate, reserved_number, 60, 60)
FIELD(leadkpi_estimate, reserved, 64, 64)

_Static_assert(sizeof(leadkpi_status) == 4, "a status is an int32_t");
_Static_assert((leadkpi_status)-1 < 0, "a status is signed");
