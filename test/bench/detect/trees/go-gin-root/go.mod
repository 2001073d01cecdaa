module example.com/coupons

go 1.23.0

toolchain go1.24.1

require (
	github.com/gin-gonic/gin v1.10.0
	github.com/redis/go-redis/v9 v9.7.0
	gorm.io/driver/mysql v1.5.7
	gorm.io/gorm v1.25.12
)
