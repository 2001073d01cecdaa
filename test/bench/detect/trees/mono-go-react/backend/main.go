package main

import (
	"github.com/gin-gonic/gin"
	"github.com/redis/go-redis/v9"
)

func main() {
	_ = redis.NewClient(&redis.Options{Addr: "redis:6379"})
	gin.Default().Run(":8080")
}
