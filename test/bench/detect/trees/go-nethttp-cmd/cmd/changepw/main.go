package main

import "fmt"

func main() {
	fmt.Println("new password?")
}
