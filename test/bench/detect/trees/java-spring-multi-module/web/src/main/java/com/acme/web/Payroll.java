package com.acme.web;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
@SpringBootApplication
public class Payroll {
  public static void main(String[] args) { SpringApplication.run(Payroll.class, args); }
}
