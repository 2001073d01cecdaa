package com.acme;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
@SpringBootApplication
public class Claims {
  public static void main(String[] args) { SpringApplication.run(Claims.class, args); }
}
