package main

import (
	"context"
	"os"

	"github.com/acme/board/web"
	"github.com/labstack/echo/v4"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

func main() {
	uri := os.Getenv("MONGO_URI")
	client, err := mongo.Connect(context.TODO(), options.Client().ApplyURI(uri))
	if err != nil {
		panic(err)
	}
	_ = client
	e := echo.New()
	e.StaticFS("/", web.Dist())
	e.Logger.Fatal(e.Start(":1323"))
}
