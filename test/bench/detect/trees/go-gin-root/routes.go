package main

import (
	"github.com/gin-gonic/gin"
	"github.com/redis/go-redis/v9"
	"gorm.io/gorm"
)

func register(r *gin.Engine, db *gorm.DB, cache *redis.Client) {}
