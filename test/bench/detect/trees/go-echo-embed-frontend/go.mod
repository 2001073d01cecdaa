module github.com/acme/board

go 1.22

require (
	github.com/labstack/echo/v4 v4.13.3
	go.mongodb.org/mongo-driver v1.17.1
)
